"""Columns as German files call them."""

from tenure.sources.imports.headers import EVERYWHERE

NAMES = {
    EVERYWHERE: {
        "account_id": "Kundennummer, Kunden-Nr., Kunden-ID, Kundenkennung, Debitorennummer, Debitoren-Nr., "
        "Debitor, Mandantennummer, Firmen-ID, Firmennummer, Unternehmens-ID, Organisations-ID, Kunde, "
        "Firma, Unternehmen, Mandant, Kundenkonto",
        "person_id": "Personen-ID, Personennummer, Kontakt-ID, Kontaktnummer, Benutzer-ID, Benutzerkennung, "
        "Nutzer-ID, Nutzerkennung, Benutzer, Nutzer, Anwender, Kontakt",
        "currency": "Währung, Währungscode, Währungskürzel",
        "amount": "Betrag, Summe",
        "timestamp": "Zeitstempel, Zeitpunkt, Datum und Uhrzeit, Datum/Uhrzeit, Datum, Zeit",
        "date": "Datum, Tag, Buchungsdatum, Belegdatum, Monat",
    },
    "accounts": {
        "name": "Firmenname, Kundenname, Unternehmensname, Firma, Unternehmen, Kunde, Bezeichnung",
        "domain": "Webseite, Internetseite, Internetadresse, Webadresse, Domäne, E-Mail-Domain",
        "parent_id": "Mutterkonto, Muttergesellschaft, Mutterunternehmen, Konzernmutter, Konzern, "
        "Übergeordneter Kunde, Übergeordnete Firma, Konzernnummer, Hauptkunde",
        "owner": "Betreuer, Betreuerin, Kundenbetreuer, Kundenbetreuerin, Kundenberater, Zuständig, "
        "Zuständiger, Verantwortlich, Verantwortlicher",
        "segment": "Kundensegment, Kundengruppe, Kundenklasse, Kundenkategorie, Kategorie, Klasse, Tarif",
    },
    "people": {
        "email": "E-Mail-Adresse, Mailadresse",
        "name": "Vor- und Nachname, Vollständiger Name, Ansprechpartner, Ansprechpartnerin, Kontaktperson",
        "role": "Funktion, Stelle, Berufsbezeichnung, Stellung, Titel, Rolle",
        "part": "Kontaktrolle, Kaufrolle, Rolle im Kaufprozess, Rolle bei der Entscheidung",
        "influence": "Einfluss, Einflussgrad",
        "stance": "Haltung, Einstellung, Stimmung",
        "relation": "Beziehung, Beziehungsstärke, Verhältnis",
        "left_on": "Ausgeschieden am, Austrittsdatum, Austritt, Ausgetreten am",
        "consent_product": "Einwilligung Produkt, Einwilligung Produktinformationen",
        "consent_surveys": "Einwilligung Umfragen, Einwilligung Befragungen",
        "consent_marketing": "Einwilligung Marketing, Einwilligung Werbung, Werbeeinwilligung",
    },
    "subscriptions": {
        "subscription_id": "Vertragsnummer, Vertrags-Nr., Vertrags-ID, Abonnement-ID, Abo-ID, Abonummer, "
        "Abo-Nr., Vertrag, Abonnement, Abo",
        "product": "Produkt, Produktname, Artikel, Artikelbezeichnung, Paket, Leistung",
        "amount": "Monatsbetrag, Monatspreis, Monatsgebühr, Jahresbetrag, Jahrespreis, Jahresgebühr, Preis, "
        "Gebühr, Entgelt, Vertragswert",
        "interval": "Abrechnungsintervall, Intervall, Zahlungsweise, Zahlungsrhythmus, Abrechnungszeitraum, "
        "Abrechnungsrhythmus, Turnus, Rhythmus, Zeitraum",
        "seats": "Lizenzen, Anzahl Lizenzen, Lizenzanzahl, Arbeitsplätze, Plätze, Anzahl Nutzer, "
        "Nutzerzahl, Anzahl, Menge",
        "start": "Vertragsbeginn, Laufzeitbeginn, Beginn, Startdatum, Anfang, Gültig ab, Gültig von, "
        "Beginnt am, Von, Ab",
        "end": "Vertragsende, Laufzeitende, Ende, Enddatum, Gültig bis, Endet am, Gekündigt zum, Bis",
        "auto_renew": "Automatische Verlängerung, Verlängert sich automatisch, Automatisch verlängert",
        "renews": "Vorgängervertrag, Vorvertrag, Vorheriger Vertrag, Verlängert Vertrag",
        "reason": "Kündigungsgrund, Verlustgrund, Abwanderungsgrund, Grund",
        "months": "Monate seit Beginn, Monate als Kunde, Kundenmonate",
        "churned": "Gekündigt, Abgewandert, Beendet, Storniert",
    },
    "events": {
        "event": "Ereignis, Ereignisname, Aktion, Aktivität",
        "message_id": "Ereignis-ID, Ereignisnummer, Nachrichten-ID",
        "event_kind": "Aufrufart, Art des Aufrufs",
    },
    "responses": {
        "timestamp": "Beantwortet am, Antwortdatum, Eingegangen am",
        "person_id": "Teilnehmer, Teilnehmer-ID, Befragter, Befragte, Ansprechpartner",
        "survey": "Umfrage, Umfragename, Befragung, Umfrageart, Umfragetyp",
        "score": "Bewertung, Punktzahl, Punkte, Wertung, Wert, NPS-Wert, Antwortwert",
        "comment": "Kommentar, Anmerkung, Bemerkung, Freitext, Begründung, Rückmeldung",
    },
    "tickets": {
        "ticket_id": "Ticketnummer, Ticket-Nr., Vorgangsnummer, Fallnummer, Anfragenummer, Anfrage-ID, "
        "Vorgang",
        "person_id": "Melder, Anfragender, Anfragesteller, Gemeldet von, Absender, Ansprechpartner",
        "created_at": "Erstellt am, Erstelldatum, Erstellungsdatum, Eröffnet am, Geöffnet am, Angelegt am, "
        "Gemeldet am, Eingegangen am, Erstellt",
        "first_reply_at": "Erste Antwort am, Erste Antwort, Erstantwort am, Erstantwort, Erste Reaktion, "
        "Beantwortet am",
        "solved_at": "Gelöst am, Geschlossen am, Erledigt am, Abgeschlossen am, Abschlussdatum, "
        "Lösungsdatum, Gelöst, Geschlossen",
        "replies": "Anzahl Antworten, Antworten",
        "reopens": "Anzahl Wiedereröffnungen, Wiedereröffnungen, Wiedereröffnet",
        "handle_minutes": "Bearbeitungszeit in Minuten, Bearbeitungszeit (Min.), Bearbeitungsminuten, "
        "Aufwand in Minuten, Minuten",
        "subject": "Betreff, Thema, Titel, Kurzbeschreibung",
        "channel": "Kanal, Eingangskanal, Kontaktweg, Quelle",
        "priority": "Priorität, Dringlichkeit",
    },
    "goals": {
        "goal_id": "Ziel-ID, Zielnummer, Ziel-Nr.",
        "title": "Zielname, Ziel, Bezeichnung, Titel",
        "start_value": "Startwert, Ausgangswert, Anfangswert",
        "target_value": "Zielwert, Sollwert, Soll",
        "value": "Istwert, Aktueller Wert, Ist, Wert",
        "due": "Fällig am, Fälligkeit, Fälligkeitsdatum, Fällig, Termin, Frist, Zieldatum",
        "measured_on": "Gemessen am, Messdatum, Stichtag, Stand vom, Datum",
        "weight": "Gewicht, Gewichtung",
        "aim": "Zielart",
        "status": "Zielstatus, Zustand",
    },
    "deals": {
        "deal_id": "Verkaufschancen-ID, Opportunity-Nr., Chancen-ID, Angebotsnummer, Angebots-Nr., "
        "Angebots-ID, Verkaufschance, Angebot",
        "stage": "Verkaufsphase, Vertriebsphase, Vertriebsstufe, Deal-Phase, Stufe",
        "amount": "Auftragswert, Angebotswert, Auftragssumme, Angebotssumme, Volumen, Wert",
        "created_at": "Erstellt am, Erstelldatum, Erstellungsdatum, Angelegt am, Eröffnet am, Erstellt",
        "closed_at": "Geschlossen am, Abgeschlossen am, Abschlussdatum, Entschieden am, Gewonnen am, "
        "Abschluss",
        "won": "Gewonnen, Ist gewonnen",
        "source": "Quelle, Lead-Quelle, Herkunft, Ursprung",
        "referred_by": "Empfohlen von, Empfohlen durch, Empfehlung von, Geworben von, Empfehlung",
    },
    "costs": {
        "category": "Kostenart, Kategorie, Kostenkategorie, Typ, Art",
        "amount": "Kosten, Ausgaben, Ausgabe, Aufwand, Wert",
    },
    "rates": {
        "date": "Kursdatum, Gültig ab, Stichtag",
        "rate": "Wechselkurs, Kurs, Umrechnungskurs, Devisenkurs",
    },
    "notes": {
        "timestamp": "Geschrieben am, Verfasst am, Erstellt am, Notizdatum",
        "author": "Autor, Autorin, Verfasser, Verfasserin, Verfasst von, Erstellt von, Mitarbeiter, Benutzer",
        "text": "Notiz, Notizen, Notiztext, Gesprächsnotiz, Inhalt, Bemerkung, Beschreibung, Kommentar",
        "note_kind": "Notizart, Notiztyp, Art der Notiz, Art",
    },
}
