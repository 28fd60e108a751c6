//! Words about what an account pays, on letters and on invoices.

use super::Words;

pub(super) const WORDS: &[Words] = &[
    ("product.marketing", ["Marketing", "Marketing", "Marketing", "Marketing"]),
    ("product.sales", ["Sales", "Sales", "Sales", "Sales"]),
    ("product.service", ["Service", "Service", "Service", "Service"]),
    ("product.data", ["Data", "Data", "Data", "Data"]),
    ("product.content", ["Content", "Content", "Content", "Content"]),
    ("product.commerce", ["Commerce", "Commerce", "Commerce", "Commerce"]),
    ("tier.free", ["Free", "Free", "Free", "Free"]),
    ("tier.starter", ["Starter", "Starter", "Starter", "Starter"]),
    ("tier.professional", ["Professional", "Professional", "Professional", "Professional"]),
    ("tier.enterprise", ["Enterprise", "Enterprise", "Enterprise", "Enterprise"]),
    ("tiers.free", ["the free tools", "gli strumenti gratuiti", "de gratis værktøjer", "de gratis tools"]),
    ("term.monthly", ["One month", "Un mese", "En måned", "Eén maand"]),
    ("term.annual", ["One year", "Un anno", "Et år", "Eén jaar"]),
    ("billing.button", ["Account & billing", "Account e fatturazione", "Konto og fakturering", "Account en facturering"]),
    ("billing.fact.account", ["Account", "Account", "Konto", "Account"]),
    ("billing.fact.number", ["Invoice", "Fattura", "Faktura", "Factuur"]),
    ("billing.fact.total", ["Amount", "Importo", "Beløb", "Bedrag"]),
    ("billing.fact.due", ["To be paid by", "Da pagare entro", "Betales senest", "Te betalen voor"]),
    ("billing.fact.paid", ["Paid on", "Pagata il", "Betalt", "Betaald op"]),
    ("billing.fact.now", ["From now on", "Da subito", "Fra nu af", "Vanaf nu"]),
    ("billing.fact.later", ["From the next term on", "Dal prossimo periodo", "Fra næste periode", "Vanaf de volgende termijn"]),
    ("billing.fact.term_end", ["The term ends", "Fine del periodo", "Perioden slutter", "De termijn eindigt"]),
    ("billing.fact.by", ["Ordered by", "Ordinato da", "Bestilt af", "Besteld door"]),
    (
        "billing.fact.price",
        ["Price of the next term", "Prezzo del prossimo periodo", "Pris for næste periode", "Prijs van de volgende termijn"],
    ),
    (
        "invoice.subject",
        [
            "Invoice {number} for {account}",
            "Fattura {number} per {account}",
            "Faktura {number} til {account}",
            "Factuur {number} voor {account}",
        ],
    ),
    (
        "invoice.body",
        [
            "The invoice is attached as a PDF.",
            "La fattura è allegata in PDF.",
            "Fakturaen er vedhæftet som PDF.",
            "De factuur is bijgevoegd als pdf.",
        ],
    ),
    (
        "receipt.subject",
        [
            "Receipt for invoice {number}",
            "Ricevuta della fattura {number}",
            "Kvittering for faktura {number}",
            "Betaalbewijs van factuur {number}",
        ],
    ),
    (
        "receipt.body",
        [
            "Thank you: the payment has arrived. The receipt is attached as a PDF.",
            "Grazie: il pagamento è arrivato. La ricevuta è allegata in PDF.",
            "Tak: betalingen er modtaget. Kvitteringen er vedhæftet som PDF.",
            "Dank u: de betaling is ontvangen. Het betaalbewijs is bijgevoegd als pdf.",
        ],
    ),
    ("order.subject", ["Order for {account}", "Ordine per {account}", "Bestilling til {account}", "Bestelling voor {account}"]),
    (
        "order.body",
        [
            "The subscription of {account} was changed.",
            "L'abbonamento di {account} è stato modificato.",
            "Abonnementet for {account} er ændret.",
            "Het abonnement van {account} is gewijzigd.",
        ],
    ),
    (
        "term_ends.subject.renews",
        [
            "The subscription of {account} renews on {date}",
            "L'abbonamento di {account} si rinnova il {date}",
            "Abonnementet for {account} fornyes {date}",
            "Het abonnement van {account} wordt verlengd op {date}",
        ],
    ),
    (
        "term_ends.body.renews",
        [
            "Nothing is to be done. Whoever does not want another term turns renewal off before {date}.",
            "Non c'è nulla da fare. Chi non vuole un altro periodo disattiva il rinnovo prima del {date}.",
            "I skal ikke gøre noget. Ønsker I ikke en ny periode, så slå fornyelse fra inden {date}.",
            "U hoeft niets te doen. Wilt u geen nieuwe termijn, zet de verlenging dan uit vóór {date}.",
        ],
    ),
    (
        "term_ends.subject.ends",
        [
            "The subscription of {account} ends on {date}",
            "L'abbonamento di {account} termina il {date}",
            "Abonnementet for {account} slutter {date}",
            "Het abonnement van {account} eindigt op {date}",
        ],
    ),
    (
        "term_ends.body.ends",
        [
            "Renewal is off. On {date} the account has the free tools, and whatever needs more than them stops working. Turn renewal on again to keep it.",
            "Il rinnovo è disattivato. Il {date} l'account passerà agli strumenti gratuiti e ciò che richiede di più smetterà di funzionare. Riattiva il rinnovo per mantenerlo.",
            "Fornyelse er slået fra. Den {date} har kontoen de gratis værktøjer, og det, der kræver mere, holder op med at virke. Slå fornyelse til igen for at beholde det.",
            "Verlenging staat uit. Op {date} heeft het account de gratis tools, en wat meer nodig heeft stopt. Zet verlenging weer aan om het te behouden.",
        ],
    ),
    (
        "ended.subject",
        [
            "The subscription of {account} has ended",
            "L'abbonamento di {account} è terminato",
            "Abonnementet for {account} er slut",
            "Het abonnement van {account} is geëindigd",
        ],
    ),
    (
        "ended.body",
        [
            "Since {date} the account {account} has the free tools. Everything in it is still there; a new order brings back what needs more.",
            "Dal {date} l'account {account} ha gli strumenti gratuiti. Tutto il contenuto è ancora lì; un nuovo ordine riporta ciò che richiede di più.",
            "Siden {date} har kontoen {account} de gratis værktøjer. Alt er der endnu; en ny bestilling bringer det tilbage, der kræver mere.",
            "Sinds {date} heeft het account {account} de gratis tools. Alles is er nog; een nieuwe bestelling brengt terug wat meer nodig heeft.",
        ],
    ),
    ("pdf.invoice", ["Invoice", "Fattura", "Faktura", "Factuur"]),
    ("pdf.receipt", ["Receipt", "Ricevuta", "Kvittering", "Betaalbewijs"]),
    ("pdf.number", ["No.", "N.", "Nr.", "Nr."]),
    ("pdf.to", ["To", "A", "Til", "Aan"]),
    ("pdf.from", ["From", "Da", "Fra", "Van"]),
    ("pdf.vat_id", ["VAT no.", "P. IVA", "Momsnr.", "Btw-nr."]),
    ("pdf.issued", ["Issued", "Emessa il", "Udstedt", "Uitgegeven"]),
    ("pdf.due", ["Due", "Scadenza", "Forfalder", "Vervalt"]),
    ("pdf.paid", ["Paid", "Pagata il", "Betalt", "Betaald"]),
    ("pdf.period", ["Period", "Periodo", "Periode", "Periode"]),
    ("pdf.item", ["Item", "Voce", "Vare", "Omschrijving"]),
    ("pdf.amount", ["Amount", "Importo", "Beløb", "Bedrag"]),
    (
        "pdf.rest",
        ["For the rest of the term", "Per il resto del periodo", "For resten af perioden", "Voor de rest van de termijn"],
    ),
    ("pdf.net", ["Net", "Imponibile", "Netto", "Netto"]),
    ("pdf.vat", ["VAT", "IVA", "Moms", "Btw"]),
    ("pdf.total", ["Total", "Totale", "I alt", "Totaal"]),
    ("pdf.pay_to", ["Please pay to", "Pagare a", "Betales til", "Te betalen aan"]),
    (
        "pdf.paid_on",
        ["Paid on {date}. Thank you.", "Pagata il {date}. Grazie.", "Betalt {date}. Tak.", "Betaald op {date}. Dank u."],
    ),
];
