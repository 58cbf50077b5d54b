"""Help: how to work here, the keys, what is installed and what is not."""

import streamlit as st
from sqlite_utils import Database

from core.settings import settings
from core.types import User
from pages.parts import installed, shell

GUIDE = """
1. **Documents**: add a regulation, policy or contract. It is read by a separate process and appears when it is
   complete. Check its data card and sign it.
2. **Document**: read the source beside its obligations. Click a mark to see how it was read; select text to add an
   obligation by hand. *Coverage* lists every normative sentence that no obligation stands for.
3. **Obligations**: the register over all documents. Filter, sort by a click on a header, tick rows to change several;
   a list's lead-in stands for all of its items. A click on a place opens the source, anywhere else the record.
   *To check* shows what the engine was least sure of, one after the other.
4. **Compare**: two versions side by side; renumbered articles are the same articles. What you said of duties that did
   not change is carried over when the new version is added; for changed ones it waits here for you to take over.
5. **Controls**: take the library that comes along or import your own, decide on the suggested matches, and see which
   duties have no control, what to do about them, and a briefing of three paragraphs.
6. **Models & prompts**: what models there are and what each needs, add one, and try a prompt on it. The rest of the app
   works without any. A prompt changes by a change record that a second person approves; a model can be stopped at once.
7. **Readings**, on a document: let a model read it too. You see beforehand what it would take; pause it or close the
   page as you like, what is read is kept. Its reading stands beside the built-in one, line by line. What it said that
   is not in the text is listed and never enters the register; **Show** lets the register use a reading.
8. **Costs**: what the models took, by day, model, person and document. A *trace* shows each step of a run, how long it
   took and what it cost, without a word of the text. An unknown price is shown as unknown, never as nothing.
9. **Approvals**: under *Actions* of a document, tick actions and submit them. Somebody else reads the evidence and
   accepts, asks for a change, rejects or escalates; nobody decides on their own request. What changed while it was
   read is not decided but shown. What was accepted is carried out from there, and can be undone.
10. **Access**: who may do what, and what each person sees and why. As long as there are no accounts, whoever sits at
   this computer may do everything; *Protect this app*, in the corner above, makes the first; then invite the others.
11. **Export** what is filtered: Excel, CSV, JSON, a report, a calendar, Jira.

Every quote is verified against the source, character by character. Corrections lie over what the engine found and
never change it; **Undo** takes your last change back. The address of a page can be kept and sent: it opens the same
view.
"""
KEYS = """
| Where | Key | What |
|---|---|---|
| Source (click into it first) | `J` `K` or arrow keys | next, previous mark; past the last one, the next page |
| Source, and the list beside it | `Enter` | open what is marked |
| Source | `A` | add the selected text as an obligation |
| Document | `J` `K` | next, previous obligation of the document |
| To check | `J` `K` | next, previous |
| To check | `A` `X` `F` `M` | accept; not an obligation; fix; make it an obligation |
| Controls, Suggestions | `J` `K` | next, previous |
| Controls, Suggestions | `A` `P` `X` | confirm; confirm in part; reject |
| Obligations | arrow keys | in the table: open the next row, the previous one |
| Obligations | `Shift` `Space` | in the table: tick the row |
| Approvals | `J` `K` | next, previous request |
| Approvals | `A` `S` `X` `E` `T` | accept; request a change; reject; escalate; take it, so that nobody else decides |
| Approvals | `Ctrl` `Enter` | in the reason: confirm |
| Obligations, Controls | `Esc` | close the panel |
| Obligations, To check, Controls | `U` | undo your last change |
"""


def page(db: Database, user: User) -> None:
    left, right = st.columns([5, 4])
    with left:
        st.subheader("How to work here", anchor=False)
        st.markdown(GUIDE)
        st.subheader("Keys", anchor=False)
        st.markdown(KEYS)
    with right:
        st.subheader("Installed", anchor=False)
        installed.table()
        st.subheader("Where things are", anchor=False)
        st.markdown(f"Your documents, the database and its backups: `{settings().data_dir}`")
        st.markdown(f"Word lists and weights that you may edit: `{settings().lexicon_dir}`")
        installed.profile(db, user)
        st.caption(
            "By itself the app asks no other host and reports no usage; only a prompt to a hosted model and a download,"
            " which you ask for, go out."
        )


shell.run(page)
