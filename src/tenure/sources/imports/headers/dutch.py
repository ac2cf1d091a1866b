"""Columns as Dutch files call them."""

from tenure.sources.imports.headers import EVERYWHERE

NAMES = {
    EVERYWHERE: {
        "account_id": "Klantnummer, Klantnr., Klant-nr., Klant-ID, Klantcode, Debiteurnummer, "
        "Debiteurennummer, Debiteur, Relatienummer, Bedrijfs-ID, Bedrijfsnummer, Organisatie-ID, Klant, "
        "Bedrijf, Organisatie, Onderneming, Relatie",
        "person_id": "Persoons-ID, Persoonsnummer, Contact-ID, Contactnummer, Gebruikers-ID, "
        "Gebruikersnummer, Gebruiker, Persoon",
        "currency": "Valuta, Munteenheid, Valutacode, Munt",
        "amount": "Bedrag, Bedrag excl. btw, Som",
        "timestamp": "Tijdstempel, Tijdstip, Datum en tijd, Datum/tijd, Datum, Tijd",
        "date": "Datum, Dag, Boekdatum, Maand",
    },
    "accounts": {
        "name": "Bedrijfsnaam, Klantnaam, Naam klant, Naam bedrijf, Handelsnaam, Bedrijf, Organisatie, "
        "Onderneming, Naam, Klant",
        "domain": "Webadres, Domein, Internetadres, Webpagina, E-maildomein",
        "parent_id": "Moederbedrijf, Moedermaatschappij, Moederorganisatie, Hoofdklant",
        "owner": "Accountbeheerder, Klantbeheerder, Beheerder, Verantwoordelijke, Relatiebeheerder, Eigenaar",
        "segment": "Klantsegment, Klantgroep, Klantcategorie, Klanttype, Categorie, Grootte",
    },
    "people": {
        "email": "E-mailadres, Mailadres",
        "name": "Volledige naam, Voor- en achternaam, Naam, Contactpersoon",
        "role": "Functie, Functietitel, Positie, Titel, Rol",
        "part": "Contactrol, Rol in het besluit, Rol in de aankoop",
        "influence": "Invloed, Mate van invloed",
        "stance": "Houding, Standpunt",
        "relation": "Verstandhouding, Sterkte van de relatie",
        "left_on": "Vertrokken op, Datum uit dienst, Uit dienst, Vertrekdatum",
        "consent_product": "Toestemming product, Toestemming productinformatie",
        "consent_surveys": "Toestemming enquêtes, Toestemming onderzoeken",
        "consent_marketing": "Toestemming marketing, Toestemming reclame",
    },
    "subscriptions": {
        "subscription_id": "Contractnummer, Contractnr., Abonnementsnummer, Abonnementnummer, "
        "Abonnements-ID, Abonnement-ID, Contract-ID, Abonnement",
        "product": "Productnaam, Artikel, Pakket, Dienst",
        "amount": "Maandbedrag, Maandprijs, Jaarbedrag, Jaarprijs, Abonnementsprijs, Prijs, Tarief, "
        "Contractwaarde",
        "interval": "Facturatieperiode, Factuurperiode, Betaaltermijn, Facturatiefrequentie, Frequentie, "
        "Betaalfrequentie, Periode",
        "seats": "Licenties, Aantal licenties, Aantal gebruikers, Gebruikers, Plaatsen, Aantal",
        "start": "Startdatum, Begindatum, Ingangsdatum, Begin contract, Start contract, Geldig vanaf, "
        "Vanaf, Van",
        "end": "Einddatum, Einde, Einde contract, Eind, Geldig tot, Opgezegd per, Vervaldatum, Tot",
        "auto_renew": "Automatische verlenging, Automatisch verlengen, Stilzwijgende verlenging, "
        "Verlengt automatisch",
        "renews": "Vorig contract, Verlengt contract, Voorgaand contract",
        "reason": "Reden opzegging, Opzegreden, Reden van opzegging, Reden",
        "months": "Maanden klant, Aantal maanden klant, Maanden sinds start",
        "churned": "Opgezegd, Vertrokken, Geannuleerd",
    },
    "events": {
        "event": "Gebeurtenis, Naam gebeurtenis, Actie, Activiteit, Handeling",
        "message_id": "Gebeurtenis-ID, Bericht-ID",
        "event_kind": "Soort aanroep",
    },
    "responses": {
        "timestamp": "Beantwoord op, Antwoorddatum, Ingevuld op",
        "person_id": "Respondent-nummer, Deelnemer, Deelnemer-ID, Contactpersoon",
        "survey": "Enquête, Onderzoek, Vragenlijst, Naam enquête, Soort enquête",
        "score": "Cijfer, Beoordeling, Waardering, Punten, Waarde",
        "comment": "Opmerking, Opmerkingen, Toelichting, Commentaar, Reactie",
    },
    "tickets": {
        "ticket_id": "Ticketnummer, Ticketnr., Zaaknummer, Meldingsnummer, Aanvraagnummer, Melding, Zaak, "
        "Aanvraag",
        "person_id": "Aanvrager, Melder, Aanvrager-ID, Afzender, Contactpersoon",
        "created_at": "Aangemaakt op, Aanmaakdatum, Gemaakt op, Geopend op, Gemeld op, Datum melding",
        "first_reply_at": "Eerste antwoord op, Eerste antwoord, Eerste reactie op, Eerste reactie, "
        "Datum eerste reactie",
        "solved_at": "Opgelost op, Gesloten op, Afgesloten op, Datum opgelost, Datum gesloten, Opgelost, "
        "Gesloten",
        "replies": "Aantal antwoorden, Antwoorden, Aantal reacties",
        "reopens": "Aantal keer heropend, Aantal heropeningen, Heropend",
        "handle_minutes": "Behandeltijd in minuten, Behandeltijd (min), Bestede minuten, Minuten",
        "subject": "Onderwerp, Titel, Korte omschrijving",
        "channel": "Kanaal, Bron, Herkomst",
        "priority": "Prioriteit, Urgentie",
    },
    "goals": {
        "goal_id": "Doel-ID, Doelnummer",
        "title": "Naam doel, Doel, Doelstelling, Omschrijving, Titel, Naam",
        "start_value": "Startwaarde, Beginwaarde, Uitgangswaarde",
        "target_value": "Doelwaarde, Streefwaarde",
        "value": "Huidige waarde, Waarde, Actuele waarde",
        "due": "Deadline op, Streefdatum, Einddatum, Uiterlijk op, Vervaldatum",
        "measured_on": "Gemeten op, Meetdatum, Peildatum, Datum",
        "weight": "Gewicht, Weging",
        "aim": "Soort doel",
        "status": "Stand van zaken, Toestand",
    },
    "deals": {
        "deal_id": "Verkoopkans-ID, Kans-ID, Offertenummer, Offertenr., Dealnummer, Verkoopkans, Offerte",
        "stage": "Fase, Verkoopfase, Dealfase, Stadium",
        "amount": "Offertebedrag, Dealwaarde, Geschatte waarde, Waarde",
        "created_at": "Aangemaakt op, Aanmaakdatum, Gemaakt op, Geopend op",
        "closed_at": "Gesloten op, Sluitingsdatum, Afgesloten op, Beslist op, Datum gesloten",
        "won": "Gewonnen, Is gewonnen",
        "source": "Bron, Leadbron, Herkomst",
        "referred_by": "Aanbevolen door, Doorverwezen door, Verwezen door, Aanbeveling",
    },
    "costs": {
        "category": "Kostensoort, Kostencategorie, Categorie, Soort",
        "amount": "Kosten, Uitgaven, Uitgave, Waarde",
        "date": "Datum uitgave, Kostendatum, Periode",
    },
    "rates": {
        "date": "Koersdatum, Geldig vanaf, Peildatum",
        "rate": "Wisselkoers, Koers, Omrekenkoers",
    },
    "notes": {
        "timestamp": "Geschreven op, Aangemaakt op, Notitiedatum, Datum notitie",
        "author": "Auteur, Geschreven door, Aangemaakt door, Opgesteld door, Medewerker, Gebruiker",
        "text": "Notitie, Notities, Tekst, Inhoud, Opmerking, Omschrijving, Gespreksverslag, Aantekening",
        "note_kind": "Soort notitie, Type notitie, Notitietype, Soort",
    },
}
