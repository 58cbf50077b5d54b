"""Short texts of many kinds, written for the tests: some lay down rules, some only use the same words."""

RULES = {
    "regulation": """Regulation (XU) 2025/14 on the safekeeping of client funds

Article 1
Scope
This Regulation applies to payment firms.

Article 2
Safekeeping
1. Payment firms shall keep client funds apart from their own funds.
2. Payment firms shall reconcile client funds at the end of each working day.
3. A payment firm shall not use client funds for its own account.
""",
    "uk rule": """Record keeping

2.1 A firm must keep a record of each complaint for six years from the date on which it was received.

2.2 A firm must make the record available to the regulator on request.

2.3 The record must state the name of the complainant, the substance of the complaint and the outcome.
""",
    "us rule": """§ 88.4 Annual notice.

(a) General rule. You must provide a clear notice to customers not less than annually during the customer relationship.

(b) Exception. You are not required to provide an annual notice to a former customer.

(c) Delivery. You may deliver the notice electronically if the customer agrees.
""",
    "policy": """Clean desk policy

Purpose
This policy protects confidential information from being seen by people who have no need to see it.

Scope
It applies to all employees and contractors.

Rules
Employees must lock their screens when they leave their desks. Papers that contain personal data must be locked away
at the end of the day. Visitors must be accompanied at all times. Managers are responsible for monthly checks and must
report breaches to the security officer within one working day.
""",
    "contract": """SERVICES AGREEMENT

between Alder Payments Ltd ("the Customer") and Birch Hosting GmbH ("the Supplier").

1. Services
1.1 The Supplier shall provide the services described in Schedule 1 with reasonable skill and care.
1.2 The Supplier shall not subcontract any part of the services without the Customer's prior written consent.

2. Fees
2.1 The Customer shall pay each undisputed invoice within 30 days of receipt.

3. Governing law
This Agreement shall be governed by the laws of Ireland.
""",
    "guideline": """Guidelines on the use of artificial intelligence in credit decisions

1. Institutions should explain each automated decision to the applicant in plain language.
2. Institutions should keep the data that a decision was based on for three years.
3. Competent authorities should be informed before a model is put into use. Institutions that do not comply with these
guidelines must state their reasons to the competent authority.
""",
    "terms of use": """Terms of use

By using this service you agree to these terms. You must be at least 18 years old. You must not share your account with
anybody else, and you must not attempt to gain unauthorised access to the service. We may suspend an account that is in
breach of these terms. We will give you 30 days' notice of any change to the terms. Our liability is limited to the
fees that you have paid. These terms are governed by the laws of Denmark.
""",
    "code of conduct": """Code of conduct for staff

Staff must treat customers fairly and must not accept gifts worth more than 50 euro. Conflicts of interest must be
disclosed to the compliance function without delay. Confidential information must not be shared outside the company.
Whoever becomes aware of a breach of this code is required to report it; reports are treated in confidence, and
retaliation against those who report is prohibited.
""",
}

OTHERS = {
    "recipe": """Onion tart

You will need 200 g of flour, 100 g of butter, four onions, two eggs and a teaspoon of salt. Rub the butter into the
flour, add a tablespoon of water, and let the dough rest. It must be cold before you roll it. Preheat the oven to 190
degrees. Soften the onions in butter; they must not brown. Whisk the eggs with the cream, season with nutmeg, and bake
for forty minutes. You may serve it warm or cold. Serves six.
""",
    "story": """Chapter One

The lamp had gone out again, and Marta sat in the dark and listened. "You must not open the door," her grandmother had
said, and she had never once told her why. The steps came nearer. She looked at the window, where the snow lay blue on
the sill. "Who is it?" she whispered. Nobody replied. She thought of the old man at the ferry, of his eyes, and of what
he had said about the river. Then, slowly, she walked to the door and put her hand on the latch.
""",
    "invoice": """Invoice number 2024-0117
Invoice date 3 May 2024
Bill to: Alder Payments Ltd

Description            Quantity   Unit price    Amount
Hosting, April                1       900.00    900.00
Support hours                 4        85.00    340.00

Subtotal 1,240.00
VAT 23 % 285.20
Total due 1,525.20

Payment terms: 30 days. Please quote the invoice number. IBAN on file.
""",
    "news about a law": """Lenders brace for new outage rules

DUBLIN - Banks and payment firms must report serious outages within hours under rules that took effect on Monday, a
spokesperson for the regulator said. Analysts expect the cost of compliance to rise. "We have prepared for two years,"
the chief executive of one lender told reporters on Tuesday. Critics say that smaller firms may struggle. Shares fell
slightly last week. The minister, speaking on Wednesday, said the regulation would protect consumers.
""",
    "curriculum vitae": """Ines Specimen
Compliance officer

Work experience
2019-2024 Head of compliance, Alder Payments Ltd: wrote the outsourcing policy, led the regulatory reporting team,
trained staff on data protection obligations.
2014-2019 Analyst, Birch Bank.

Education
Master of Laws, University of Example, 2014. Bachelor of Arts, 2012.

Skills
Fluent in English and Portuguese. Risk assessment, audits, regulation. Hobbies: climbing. References available.
""",
    "source code": """import json
from pathlib import Path

class Obligation:
    def __init__(self, text, deadline=None):
        self.text = text
        self.deadline = deadline

    def must_notify(self):
        if self.deadline is None:
            return False
        return "shall notify" in self.text

def load(path):
    # every record must have a text
    return [Obligation(**row) for row in json.loads(Path(path).read_text())]
""",
    "minutes": """Minutes of the risk committee meeting of 4 March

Present: A. Alder (the chair), B. Birch, C. Cedar. Apologies: D. Dogwood.

1. The minutes of the last meeting were approved.
2. The committee discussed the new outsourcing regulation. It was agreed that the policy must be updated before the
summer. Action item: B. Birch to draft it.
3. Any other business: none. Next meeting on 8 April. The meeting closed at 11.20.
""",
    "academic paper": """Abstract. In this paper we propose a method to extract obligations from European regulations.
Our results on a dataset of 468 sentences show that a rule-based parser outperforms a language model. We show that
passives without an agent are the main source of error. 1 Introduction. Legal texts use shall and must to express
duties (Doe et al., 2019). Related work falls into two groups. 4 Experiments. Table 1 gives the accuracy of each method;
the hypothesis is confirmed. 6 Conclusion. We present the first open corpus. References.
""",
    "e-mail": """Subject: Friday

Hi Tom,

thank you for the cake! We must do this again soon. Could you let me know if Friday works for you? I have to leave at
six because the babysitter cannot stay any longer. Looking forward to seeing you.

Best regards
Ola
""",
    "advertisement": """Order today and save! Our new accounting software does it all: invoices, reports, reminders.
Sign up today and get a 20 percent discount for a limited time. You must see it to believe it. Our customers love it.
No contract, no hidden fees, free shipping of the welcome pack. Buy now.
""",
    "travel guide": """Three days by the lake

The old town is best seen on foot. Start at the harbour, where the boats leave for the islands, and climb to the castle
before noon. You may have to queue in July. The museum of glass is small and lovely. In the evening the square fills
with people, and the ice cream at the corner is worth the wait. If it rains, take the slow train along the shore.
""",
    "joke of a rule": """Grandfather's birthday speech

When I was young we had three rules at home: nobody shall be late for soup, nobody may leave before the coffee, and the
dog must be walked. I kept the first, broke the second at nineteen, and the dog, God bless him, walked himself. Now look
at you all. I am a lucky man, and I want to say thank you to every one of you for coming so far.
""",
}
