"""What the words after a modal make of a sentence: each line is a drafting habit that a rule was written for."""

import pytest

from tests.engine_parts import norm, norms, statements

NORMS = [
    ("obligation", "The bank shall report incidents."),
    ("obligation", "A firm must report incidents."),
    ("obligation", "The bank is required to report incidents."),
    ("obligation", "The bank shall be required to report incidents."),
    ("obligation", "The bank has to report incidents."),
    ("obligation", "Banks are to report incidents."),
    ("obligation", "The bank is responsible for reporting incidents."),
    ("obligation", "The bank shall be liable for the damage."),
    ("obligation", "The Supplier agrees to report incidents."),
    ("obligation", "The Supplier undertakes to report incidents."),
    ("obligation", "The Supplier will report incidents."),
    ("obligation", "Records shall be kept."),
    ("obligation", "The framework of the bank shall be subject to internal audit."),
    ("obligation", "The officer shall be bound by secrecy."),
    ("prohibition", "The bank shall not report incidents."),
    ("prohibition", "The bank may not report incidents."),
    ("prohibition", "The firm must not report incidents."),
    ("prohibition", "No bank shall report incidents."),
    ("prohibition", "The bank shall neither report nor delay."),
    ("prohibition", "The bank shall no longer process the data."),
    ("prohibition", "The bank is prohibited from reporting incidents."),
    ("prohibition", "It shall be prohibited to sell such goods."),
    ("prohibition", "The sale of such goods shall be prohibited."),
    ("prohibition", "Banks may only use agents that are registered."),
    ("prohibition", "A transfer of data shall take place only if the firm agrees."),
    ("prohibition", "A CCP shall at no time rely on the resources of another CCP."),
    ("prohibition", "Firms shall be entitled neither to solicit clients nor to promote services."),
    ("prohibition", "Personal devices are not permitted on the trading floor."),
    ("obligation", "The agent shall be required, upon request of the bank, to provide data."),
    ("obligation", "A firm must be prepared to justify any term."),
    ("obligation", "It is for the applicant firm to prove that it applies."),
    ("obligation", "The members of the college are bound by professional secrecy."),
    ("obligation", "The Borrower hereby waives any set-off and agrees to pay all sums."),
    ("obligation", "The payment service user shall: notify the provider; keep the card safe."),
    ("obligation", "Passwords must be at least 14 characters long."),
    ("obligation", "The IT department will review access rights."),
    ("obligation", "Staff shall be able to explain the rules."),
    ("right", "Clients shall be able to file complaints free of charge."),
    ("right", "Users shall have the possibility to challenge the decision."),
    ("obligation", "Managers are accountable for removing access."),
    ("prohibition", "The white paper shall contain no statement on future prices."),
    ("prohibition", "A notice under this section may not require anybody to disclose privileged information."),
    ("prohibition", "Only members of the treasury team may start payments."),
    ("prohibition", "No admission to trading shall take place unless a document has been published."),
    ("prohibition", "Only approved suppliers may be used."),
    ("right", "Holders of tokens shall have a claim against the issuer."),
    ("right", "The bank reserves the right to suspend the card."),
    ("power", "Supervisors shall have at least the following powers to inspect banks."),
    ("power", "Supervisors shall have all the supervisory and investigatory powers that they need."),
    ("obligation", "The criteria shall be considered in relation to the group as a whole."),
    ("permission", "The bank may report incidents."),
    ("permission", "The bank is permitted to report incidents."),
    ("permission", "The information may be given orally."),
    ("right", "The customer shall have the right to object."),
    ("right", "Passengers shall be entitled to take bicycles on board."),
    ("power", "The Commission is empowered to adopt delegated acts."),
    ("power", "The Commission may adopt delegated acts."),
    ("power", "Power is delegated to the Commission to adopt the standards."),
    ("power", "Competent authorities shall have the power to require documents."),
]


@pytest.mark.parametrize(("modality", "text"), NORMS)
def test_a_norm_is_of_its_kind(modality, text):
    assert norm(text).modality == modality


STATEMENTS = [
    ("application", "This Regulation shall apply from 2 July 2030."),
    ("application", "Paragraph 1 shall not apply to small firms."),
    ("application", "This Regulation shall enter into force on the day after its publication."),
    ("deeming", "A firm that does not answer shall be deemed to agree."),
    ("definition", "In this Part ‘firm’ shall mean a bank."),
    ("sanction", "A bank that breaches this shall forfeit a civil penalty of $100."),
    ("sanction", "Whoever breaches this section shall be fined."),
    ("evidential", "The breach may be relied on as tending to establish a breach of 3.1."),
    ("legal effect", "Such a term shall be deprived of legal effect."),
    ("legal effect", "Title to the goods shall pass to the buyer on payment."),
    ("definition", "Such entities shall be referred to as ‘small firms’."),
    ("possibility", "The form may be found on the website."),
    ("exemption", "A firm does not have to give notice."),
    ("sanction", "Whoever breaches it shall be liable to the State for a civil penalty."),
    ("legal effect", "Neither party shall be in breach of this agreement."),
    ("exemption", "The payer shall not bear any financial losses."),
    ("saving", "The appointment shall not exonerate the manufacturer from its liability."),
    ("legal effect", "Responsibility for the prospectus shall attach to the issuer."),
    ("fixing", "Time shall be of the essence."),
    ("fixing", "The inspection shall not be limited to the premises."),
    ("exemption", "The bank shall have no obligation to reply."),
    ("saving", "Paragraph 1 shall be without prejudice to national law."),
    ("saving", "The withdrawal shall not affect the lawfulness of earlier processing."),
    ("legal effect", "This Regulation shall be binding in its entirety."),
    ("legal effect", "The Board shall consist of five members."),
    ("legal effect", "Each Member State shall have one vote."),
    ("fixing", "The fee shall be EUR 50 000."),
    ("exemption", "The bank shall not be required to report."),
    ("exemption", "The bank shall not be liable for the loss."),
    ("exemption", "A notice is not required where the bank has closed."),
    ("sanction", "Breaches of Article 5 shall be subject to administrative fines of up to EUR 10 000."),
    ("possibility", "The incident may have occurred in another country."),
    ("recommendation", "The bank should report incidents."),
]


@pytest.mark.parametrize(("kind", "text"), STATEMENTS)
def test_a_sentence_that_commands_nobody_is_a_statement_with_its_reason(kind, text):
    (only,) = statements(text)
    assert (only.kind, only.quote.text) == (kind, text)
    assert only.reason.endswith(".")
    assert norms(text) == []


def test_every_norm_names_its_mark_its_rule_and_its_reason():
    for _, text in NORMS:
        draft = norm(text)
        assert draft.mark
        assert draft.mark.text
        assert text[draft.mark.start : draft.mark.end] == draft.mark.text
        assert draft.rule.replace("_", "").isalpha()
        assert draft.rule.islower()
        assert draft.reason


def test_what_something_is_for_is_no_duty():
    assert norms("The aim of this part is to protect clients.") == []


def test_the_month_of_may_is_no_mark():
    assert [d.rule for d in norms("By 25 May 2030 the bank shall report.")] == ["shall"]


def test_grape_must_is_no_mark():
    assert norms("The wine and the grape must of the region.") == []
