"""How law says when: the patterns of times, each with the words that made it necessary. `deadlines` reads them."""

import re

from core.extract.numbers import NUMBER_WORD, ORDINAL_WORD
from core.language.patterns import spaced

_MORE = r"(?:calendar|clear|consecutive|full|further|additional|successive|whole|complete)"
COUNT = rf"(?P<count>\d{{1,4}}|{NUMBER_WORD})(?: \(\d{{1,4}}\))?"
UNIT = (
    rf"(?:{_MORE} ){{0,2}}(?P<working>(?:working|business|trading|banking|target|bank|TARGET2) )?"
    rf"(?:{_MORE} )?(?P<unit>minute|hour|day|week|fortnight|month|quarter|year)s?\b"
)
# "30 days", "three-month", "30-day".
LENGTH = rf"{COUNT}(?:-| ){UNIT}"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = (
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?"
    rf"|(?P<us_month>{_MONTH}) (?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?(?:, (?P<us_year>\d{{4}}))?"
    r"|(?P<iso>\d{4}-\d{2}-\d{2}))\b"
)
_LATEST = (
    r"(?:(?:by )?no later than|not later than|in (?:no|any) (?:event|case) (?:no |not )?later than"
    r"|at the (?:very )?latest(?: by| on| within)?"
    r"|no more than|not more than|not exceed(?:ing)?|beyond|before the (?:end|expiry) of|by the end of"
    r"|within(?: no more than| not more than| at most| a maximum of| a total of| up to)?)"
)
_WORK = r"(?P<working>(?:working|business|trading|banking|bank|calendar) )?"

# "without undue delay", "immediately", "as soon as possible": at once, with no number.
IMMEDIATE = spaced(
    r"\b(?:without (?:any )?(?:undue |unreasonable |unnecessary |further |undue further |undue or unreasonable )?delay",
    r"|with no (?:undue |unreasonable )?delay|with immediate effect|with all due (?:speed|dispatch)",
    r"|immediately|promptly|forthwith|as (?:soon|promptly|quickly|early) as (?:is |are )?(?:reasonably |practically )?",
    r"(?:possible|practicable|feasible)|at the earliest (?:possible )?(?:opportunity|moment|time|date)",
    r"|in a timely (?:manner|fashion|way)|at once|expeditiously)\b",
)
# "as soon as it becomes aware", "once it becomes aware" is a condition: at once when something happens.
AS_SOON_AS = spaced(r"\bas soon as (?P<event>(?!reasonabl|practic|possibl|feasibl|is |are )[^,;:.()]{3,140})")
# "within one month of receipt", "not later than 72 hours after", "at the latest within 15 working days".
PERIOD = spaced(
    rf"\b{_LATEST} (?:at most |up to |a |an |the |such |that )?",
    r"(?:maximum |further |additional |total |overall |first |next |following |initial )?",
    r"(?:(?:period|time limit|deadline|maximum|total|term) (?:of |not exceeding |of not more than |of no more than ",
    r"|of up to |of at most |not longer than ))?",
    rf"(?:a |an )?(?:further |additional )?(?:{COUNT}(?:-| )|(?P<single>a |an |the same ))?{UNIT}",
)
# "within the 12 months preceding the application" looks back and limits nothing.
LOOKS_BACK = spaced(r" (?:preceding|immediately preceding|previous to|ending on|ending with)\b")
# "Such a period shall not exceed one year for customers with a higher risk and five years for all others".
ONE_MORE = spaced(rf"(?:\b(?:and|or|to)|,) {LENGTH}(?= (?:for|in|where|if|when|after|from|in case)\b)")
# "30 days before the change", "three months after the end": counted from an event, with no "within".
COUNTED = spaced(
    rf"\b(?:at least |not less than |no less than |no earlier than |a minimum of )?{LENGTH}",
    r"(?:[’'] (?:prior )?(?:written )?notice)?(?= (?:before|after|following|from|prior to|in advance|later",
    r"|of (?:the )?(?:receipt|date|notification|publication|becoming)))",
)
# "on 30 days' notice", "at least 60 days' prior written notice".
NOTICE = spaced(
    r"\b(?:(?:on|upon|with|by|giving) )?(?:(?:at least|not less than|no less than|a minimum of) )?",
    rf"{LENGTH}[’']?s? (?:advance |prior )?(?:written )?notice\b",
)
# "prolonged by a further business day", "extended to ten working days", "extend it by two further months".
EXTENDED = spaced(
    r"\b(?:prolong|extend|shorten|reduc|postpon|defer|delay|lengthen)[a-z]{0,4}(?: (?:it|that period",
    r"|this period|the period|by|to))?",
    r" (?P<time>(?:by|to|for)(?: up to| at most| a maximum of| no more than)?(?: an?)?(?: (?:further",
    r"|additional|period of)){0,2}",
    rf"(?: (?:{COUNT}(?:-| )|(?=(?:working|business|day|week|month|year))){UNIT}))",
)
# "the client shall have 30 days to object".
TIME_GIVEN = spaced(
    r"\b(?:have|has|had|given|allowed|allow|grant(?:ed)?) (?:the \w{1,20} )?",
    rf"(?P<time>(?:a period of |at least |up to )?{LENGTH})(?= (?:to|in which|within which)\b)",
)
# A threshold and no limit: "received more than 37 days before the sale".
THRESHOLD = spaced(r"(?:^|(?P<limit>\b(?:not|no) )|[^a-z])(?:more|less|longer|earlier|older|fewer) than $")
# "for five years", "for a period of at least seven years", "for a period ending 10 years after".
DURATION = spaced(
    r"(?:\b(?:for|during|over) (?:a |an |the )?(?:further |additional |minimum |maximum |limited |total ",
    r"|continuous |initial )?",
    r"(?:(?:retention |storage |minimum |maximum |additional )?(?:period |term |duration )(?:ending ",
    r"|not exceeding |not longer than )?)?",
    r"(?:of )?|(?<=,) of |\b(?:retention|storage|warranty|minimum|cooling-off) period of )",
    r"(?:at least |a minimum of |up to |no longer than |not longer than |not more than |no more than |a maximum of ",
    r"|not less than |no less than |more than |longer than ",
    rf"|a period of (?:at least |up to )?|a minimum period of |a maximum period of )?{LENGTH}",
)
# "shall last no longer than six months", "the notice period is 30 days", "the deadline shall be two weeks".
LASTING = spaced(
    r"\b(?:shall|must|may|will|is|are)(?: not)? (?:be |last |run for |take )?",
    r"(?:for )?(?:longer than |more than |less than |at least |no more than |no longer than |not less than |up to )?",
    rf"{LENGTH}(?![’'])(?=[,.;]| (?:from|after|for|and|in|where|if|unless|of|starting|beginning|commencing)\b)",
)
# What a length that "is so long" must be said of.
OF_A_TIME = spaced(r"\b(?:period|time limit|deadline|duration|term|interval|retention|validity|frequency|notice)\b")
# "after the expiry of six months", "after a period of three years".
ONLY_AFTER = spaced(
    r"\bafter (?:(?:the )?(?:expiry|expiration|end|lapse) of )?(?:a |the )?(?:(?:period|term) of |at least )?",
    rf"{LENGTH}(?! (?:after|before|following|prior|from|of|later)\b)",
)
# "by the end of the following business day", "on the next working day", "by close of business on the fifth day after".
NTH_DAY = spaced(
    r"\b(?:(?:by|before|on|at|within|during|no later than|not later than|at the latest (?:by|on)) ){1,3}",
    r"(?:the )?(?:(?:end|close) of (?:business (?:on|of) )?)?(?:the )?",
    rf"(?P<nth>same|next|following|{ORDINAL_WORD}|\d{{1,2}}(?:st|nd|rd|th))?(?: \(\d{{1,2}}(?:st|nd|rd|th)?\))?(?: )?",
    rf"(?:following )?{_WORK}day\b(?: at the latest)?",
)
# "on or before the tenth (10th) day of each month": a day of a time that comes again.
DAY_OF = spaced(
    r"\b(?:by|on or before|on|before|no later than|not later than|within) (?:the )?",
    rf"(?P<nth>first|last|next|{ORDINAL_WORD}|\d{{1,2}}(?:st|nd|rd|th)?)(?: \(\d{{1,2}}(?:st|nd|rd|th)?\))?",
    r"(?: \d{1,2})?(?: (?:calendar |business |working )?days?)? of (?:each|every|the) (?:calendar |following |next )?",
    r"(?P<unit>week|month|quarter|year)\b",
)
KEEPING = spaced(
    r"\b(?:retain|retained|retention|keep|kept|keeping|store|stored|storage|preserve|preserved|maintain",
    r"|maintained|hold|held",
    r"|archive|archived|available|accessible|records?|disposal)\b",
)
# "at least annually", "once a year", "every two years", "on a quarterly basis", "each year".
RECURRENCE = spaced(
    r"\b(?:at least |not less than |no less than |not less frequently than |no less often than )?",
    r"(?:(?:(?P<times>once|twice|(?:\d|two|three|four|six) times) )?",
    r"(?P<each>every|each|per|a|in each|in every|in any|during each) ",
    r"(?:calendar |financial |fiscal |successive |reporting |business |working |rolling |period of )?",
    rf"(?:(?P<count>\d{{1,3}}|{NUMBER_WORD}|other|second|third|fourth|fifth)(?: \(\d{{1,3}}\))?(?:-| ))?",
    r"(?:calendar |successive )?(?P<unit>day|week|month|quarter|year)s?\b",
    r"|(?:on an? )?(?P<adverb>annually|annual basis|yearly(?: basis)?|monthly(?: basis)?|weekly(?: basis)?",
    r"|daily(?: basis)?|quarterly(?: basis)?|half-yearly(?: basis)?|semi-annual(?:ly| basis)|bi-?annual(?:ly| basis)",
    r"|biennial(?:ly| basis)|six-monthly(?: basis)?|fortnightly(?: basis)?|triennially))\b",
)
# "at intervals of no more than 12 months", "at intervals not exceeding two years".
INTERVALS = spaced(
    r"\bat intervals (?:of )?(?:(?:no|not) (?:more|longer|greater) than |not exceeding |up to |at most )?",
    rf"(?P<count>\d{{1,3}}|{NUMBER_WORD})(?: \(\d{{1,3}}\))? (?:calendar )?(?P<unit>day|week|month|quarter|year)s?\b",
)
# By the letters that the adverb begins with.
ADVERBS = {
    "annual": "P1Y", "yearly": "P1Y", "monthl": "P1M", "weekly": "P1W", "daily": "P1D", "quarte": "P3M",
    "half-y": "P6M", "semi-a": "P6M", "biannu": "P6M", "bi-ann": "P6M", "bienni": "P2Y", "six-mo": "P6M",
    "fortni": "P2W", "trienn": "P3Y",
}  # fmt: skip
# "the half-yearly report": names a thing that exists already.
NAMING = spaced(r"\b(?:the|that|this|such|its|their|each|any|last|latest|previous|first)(?: [a-z-]{2,15})? $")
# "a monthly report" sets a rhythm, "a daily value" does not.
RHYTHMIC = spaced(
    r" (?:and annual |[a-z-]{3,20} ){0,3}(?:reports?|statements?|reviews?|audits?|assessments?|tests?",
    r"|testing|training|updates?",
    r"|meetings?|certifications?|certificates?|notices?|returns?|reconciliations?|summar(?:y|ies)|exercises?|checks?",
    r"|inspections?|evaluations?|reporting|invoices?|payments?|instalments?|disclosures?|backups?)\b",
)
# "after the end of each financial year": what another time runs from.
INSIDE_ANCHOR = spaced(
    r"\b(?:after|following|of|from|before) (?:the )?(?:end|close|start|beginning|expiry|last day"
    r"|first day) of (?:the )?$"
)
REGULAR = spaced(
    r"\b(?:regularly|periodically|on a regular basis|on a periodic basis|at (?:regular|periodic|planned",
    r"|appropriate) intervals",
    r"|on an ongoing basis|on a continuous basis|on a continuing basis)\b",
)
# "by 17 January 2025", "no later than 21 July 2021", "by 30 September each year", "on or before December 31".
DATED = spaced(
    r"\b(?P<lead>by no later than|by(?: or before)?|before|no later than|not later than|at the latest by",
    r"|at the latest on",
    r"|at the latest|until|on or before|from|as of|as from|with effect from|starting from|starting on|beginning on",
    rf"|no earlier than|not earlier than|on) (?:the )?{_DATE}",
    r"(?P<yearly>,? (?:of |in )?(?:each|every|the following|that)(?: calendar| financial| fiscal)? year)?",
)
# "by the end of 2026", "by the end of June 2027".
END_OF = spaced(
    r"\b(?:by|before|no later than|not later than) the end of (?:the year )?",
    rf"(?:(?P<month>{_MONTH}) )?(?P<year>20\d\d)\b",
)
# "for five years from 1 January 2026": the date is where the period starts.
AFTER_UNIT = re.compile(r"(?:hour|day|week|month|year)s?\s$")
# "within the time limits laid down in Article 20", "within a reasonable period", "in good time before".
OTHER = spaced(
    r"\b(?:within (?:(?:the|a|an|such|any|that|those|this) )?(?:[a-z-]{2,20} ){0,2}",
    r"(?:time(?:-| )?limits?|time(?:-| )?frames?|timelines?|timescales?|periods?|deadlines?|time)",
    r"|by the deadline|by the due date|within the deadlines?",
    r"|in good time|in due time|in due course|sufficiently in advance|in advance|at the time when|at the time of",
    r"|(?:at the latest )?(?:by|before|no later than|not later than)",
    r" (?:the )?(?:time|moment|date|day|end|close|expiry)(?= (?:of|on which|when|at which|that)\b)",
    r"|at the latest at the time of)\b",
)
# "prior to entering into the contract", "before the change takes effect".
BEFORE = spaced(
    r"\b(?:on or )?(?P<lead>before|prior to|ahead of) (?=[a-zA-Z])(?!(?:or|and|tax|long|them|any court"
    r"|the (?:Court|court)|Parliament)\b)"
)
# "brought before the competent authority", "proceedings before a notary": a place.
BEFORE_WHOM = spaced(
    r"(?:the |a |an |any |each |either |that |its |such )?(?:[a-z]{2,20} ){0,2}",
    r"(?:courts?|tribunals?|judges?|parliament|house|authorit(?:y|ies)|notary|bod(?:y|ies)|committee|senate|congress"
    r"|arbitrators?|commission|board|panel|ombudsman)\b",
)
BROUGHT = spaced(
    r"\b(?:brought|bring|lay|laid|appear|proceedings?|actions?|matters?|claims?|cases?|complaints?",
    r"|challenged?|appeal(?:ed|s)?",
    r"|pending|heard|represent(?:ed)?|lodged?|remed(?:y|ies)|contest(?:ed)?|rights?)(?: [a-z]{1,12}){0,4} $",
)
# What a time runs from: "of receipt of the request", "after having become aware of it". A label's brackets are part
# of it.
ANCHOR = spaced(
    r"(?: \([^()]{1,120}\))?[’']?\s?,?\s?(?:(?:as )?(?P<how>of|from|after|following|before|prior to|upon",
    r"|on|starting from",
    r"|counted from|since|once|in advance of|beginning with|beginning on|commencing on|starting on",
    r"|ending on|ending with)",
    r"|(?P<soon>as soon as)) (?P<event>(?:[^,;:.()]|\([0-9a-z]{1,5}\)|\.(?=\d)){3,140})",
)
ANCHOR_STOP = spaced(
    r"\s(?:where|unless|if|(?:and|or|but),? (?:in any|in no|at the latest|no later|not later|within|by",
    r"|at least|shall)|and,|whichever|when|provided that|in accordance|pursuant",
    r"|to the (?:extent|competent)|by means|shall|must|may)\b",
    r"|(?<!\son)(?<!\sin)(?<!\sto)(?<!\sof)(?<!\sat)(?<!\sby)(?<!from)(?<!^on)\swhich\b",
    r"|(?<=request)\sof\b|(?<=application)\sof\b",
)
AND_ALSO = spaced(r" (?:and|or) (?P<verb>[a-z]{2,20}) (?!of\b)")
# "(excluding Saturdays, Sundays and public holidays)": working days in other words.
NO_HOLIDAYS = spaced(r" \((?:excluding|not counting|other than)[^()]{0,80}(?:holidays|Saturdays|weekends)[^()]{0,60}\)")
