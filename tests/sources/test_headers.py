"""Columns are known in the languages of those who write the files, and no word stands for two of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenure.sources.imports.headers import known, languages, plain, words
from tenure.sources.imports.kinds import KINDS
from tenure.sources.imports.mapping import understand

SPOKEN = {name: names for name, names in languages().items() if name != "programs"}
# What a customer is called may be its id too: the column that is left over is.
EITHER = ("accounts", {"account_id", "name"})


def names_of(kind) -> dict[str, set[str]]:
    """Every plain name by which a column of a kind may be found, and which columns those are."""
    found: dict[str, set[str]] = {}
    for column in kind.columns:
        for name in (plain(column.name), *known(kind.name, column.name, tuple(column.synonyms))):
            found.setdefault(name, set()).add(column.name)
    return found


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
def test_no_word_stands_for_two_columns_of_a_kind(kind):
    shared = {name: columns for name, columns in names_of(kind).items() if len(columns) > 1}
    assert all((kind.name, columns) == EITHER for columns in shared.values()), shared


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
def test_every_column_has_a_word_in_every_language_which_says_how_sure_it_is(kind):
    for column in kind.columns:
        sure = known(kind.name, column.name, tuple(column.synonyms))
        for language, names in SPOKEN.items():
            said = words(names, kind.name, column.name)
            new = [one for one in said if plain(one) not in {*column.synonyms, plain(column.name)}]
            assert said, f"{language} has no word for {kind.name}.{column.name}"
            assert all(0.8 < sure[plain(one)] <= 0.95 for one in new), f"{language}: {column.name}"


def test_every_word_stands_under_a_kind_and_a_column_that_are_there():
    columns = {"everywhere": {name for kind in KINDS for name in kind.names}}
    columns |= {kind.name: set(kind.names) for kind in KINDS}
    for language, names in languages().items():
        for kind, said in names.items():
            assert said.keys() <= columns.get(kind, set()), f"{language}: {kind}"


@pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
def test_what_was_guessed_by_our_own_words_is_guessed_so_still(kind):
    for column in kind.columns:
        sure = known(kind.name, column.name, tuple(column.synonyms))
        for one in column.synonyms:
            assert sure[one] == pytest.approx(0.95 - 0.005 * column.synonyms.index(one))


@given(st.sampled_from(list(KINDS)), st.data())
def test_case_accents_and_punctuation_make_no_difference(kind, data):
    column = data.draw(st.sampled_from(kind.columns))
    language = data.draw(st.sampled_from(sorted(SPOKEN)))
    word = data.draw(st.sampled_from(words(SPOKEN[language], kind.name, column.name)))
    written = data.draw(
        st.sampled_from([word, word.upper(), word.lower(), f" {word}_", word.replace(" ", "_")])
    )
    assert plain(written) == plain(word)


def test_umlauts_may_be_written_as_two_letters():
    found = understand(
        KINDS["subscriptions"], ["KUENDIGUNGSGRUND", "Waehrung", "Menge", "Stueckpreis"], {}, {}
    )
    assert {ours: one.theirs for ours, one in found.sources.items() if one.theirs} == {
        "reason": "KUENDIGUNGSGRUND",
        "currency": "Waehrung",
        "seats": "Menge",
    }


# Whole headers as people write them: language → kind → the file's columns in the order of ours (- : none).
HEADERS = {
    "german": {
        "accounts": "Kunden-Nr.;Firma;Webseite;Konzern;Kundenbetreuer;Kundengruppe",
        "people": "Kontakt-ID;E-Mail;Ansprechpartner;Kundennummer;Funktion",
        "subscriptions": "Vertragsnummer;Kundennummer;Produkt;Monatsbetrag;Währung;Zahlungsweise;Lizenzen;"
        "Vertragsbeginn;Vertragsende;Automatische Verlängerung;-;Kündigungsgrund",
        "events": "Zeitpunkt;Kunde;Benutzer;Ereignis;Ereignis-ID",
        "responses": "Beantwortet am;Kundennummer;Teilnehmer;Umfrage;Bewertung;Kommentar",
        "tickets": "Ticketnummer;Kunde;Melder;Erstellt am;Erste Antwort am;Gelöst am;Anzahl Antworten;"
        "Wiedereröffnungen;Bearbeitungszeit (Min.);Betreff;Kanal;Priorität",
        "goals": "Ziel-ID;Kunde;Ziel;Ausgangswert;Zielwert;Istwert;Fällig am;Gemessen am;Gewichtung",
        "deals": "Angebotsnummer;Kunde;Verkaufsphase;Auftragswert;Währung;Erstellt am;Abgeschlossen am;"
        "Gewonnen;Herkunft;Empfohlen von",
        "costs": "Buchungsdatum;Kunde;Kostenart;Betrag;Währung",
        "rates": "Datum;Währung;Kurs",
        "notes": "Datum;Kunde;Verfasser;Notiz;Art der Notiz",
    },
    "french": {
        "accounts": "Code client;Raison sociale;Site web;Société mère;Responsable;Catégorie client",
        "people": "ID contact;Courriel;Nom et prénom;Société;Fonction",
        "subscriptions": "N° de contrat;Client;Offre;Montant mensuel;Devise;Périodicité;Nombre de licences;"
        "Date de début;Date de fin;Tacite reconduction;-;Motif de résiliation",
        "events": "Date et heure;Client;Utilisateur;Événement;ID événement",
        "responses": "Date de réponse;Client;Répondant;Enquête;Évaluation;Commentaire",
        "tickets": "N° ticket;Client;Demandeur;Créé le;Première réponse;Résolu le;Nombre de réponses;"
        "Réouvertures;Temps de traitement (min);Objet;Canal;Priorité",
        "goals": "ID objectif;Client;Objectif;Valeur initiale;Valeur cible;Valeur actuelle;Échéance;"
        "Mesuré le;Poids",
        "deals": "N° devis;Client;Étape;Montant;Devise;Date de création;Date de clôture;Gagné;Origine;"
        "Recommandé par",
        "costs": "Jour;Client;Type de dépense;Montant HT;Devise",
        "rates": "Date du cours;Devise;Taux de change",
        "notes": "Rédigé le;Client;Auteur;Compte rendu;Type de note",
    },
    "spanish": {
        "accounts": "Código cliente;Razón social;Página web;Empresa matriz;Gestor de cuenta;Tipo de cliente",
        "people": "ID de contacto;Correo electrónico;Nombre y apellidos;Empresa;Cargo",
        "subscriptions": "N.º de contrato;Cliente;Producto;Cuota mensual;Moneda;Periodicidad;Licencias;"
        "Fecha de inicio;Fecha de fin;Renovación automática;-;Motivo de baja",
        "events": "Fecha y hora;Cliente;Usuario;Evento;ID de evento",
        "responses": "Fecha de respuesta;Cliente;Encuestado;Encuesta;Puntuación;Comentarios",
        "tickets": "N.º de ticket;Cliente;Solicitante;Fecha de creación;Primera respuesta;Fecha de cierre;"
        "N.º de respuestas;Reaperturas;Minutos de gestión;Asunto;Canal;Prioridad",
        "goals": "ID de objetivo;Cliente;Objetivo;Valor inicial;Meta;Valor actual;Fecha límite;Medido el;"
        "Peso",
        "deals": "ID de oportunidad;Cliente;Etapa;Importe;Divisa;Fecha de creación;Fecha de cierre;Ganada;"
        "Fuente;Referido por",
        "costs": "Fecha;Cliente;Tipo de gasto;Importe;Moneda",
        "rates": "Fecha;Moneda;Tipo de cambio",
        "notes": "Fecha;Cliente;Autor;Nota;Tipo de nota",
    },
    "portuguese": {
        "accounts": "Código do cliente;Razão social;Endereço web;Matriz;Gerente de conta;Porte",
        "people": "ID do contato;E-mail;Nome completo;Empresa;Cargo",
        "subscriptions": "Nº contrato;Cliente;Plano;Mensalidade;Moeda;Periodicidade;Usuários;Data de início;"
        "Data de término;Renovação automática;-;Motivo do cancelamento",
        "events": "Data/hora;Cliente;Utilizador;Ação;ID do evento",
        "responses": "Data da resposta;Cliente;Respondente;Pesquisa;Nota;Comentário",
        "tickets": "Nº ticket;Cliente;Solicitante;Aberto em;Primeira resposta;Resolvido em;Respostas;"
        "Reaberturas;Minutos de atendimento;Assunto;Canal;Prioridade",
        "goals": "ID da meta;Cliente;Objetivo;Valor inicial;Valor alvo;Valor atual;Prazo;Medido em;Peso",
        "deals": "ID do negócio;Cliente;Fase;Valor;Moeda;Criado em;Data de fechamento;Ganho;Origem;"
        "Indicado por",
        "costs": "Data;Cliente;Tipo de despesa;Valor;Moeda",
        "rates": "Data;Moeda;Cotação",
        "notes": "Data;Cliente;Autor;Anotação;Tipo de nota",
    },
    "italian": {
        "accounts": "Codice cliente;Ragione sociale;Sito web;Capogruppo;Responsabile;Fascia",
        "people": "ID contatto;Posta elettronica;Nome e cognome;Azienda;Qualifica",
        "subscriptions": "N. contratto;Cliente;Piano;Canone mensile;Valuta;Periodicità;Postazioni;"
        "Decorrenza;Scadenza;Rinnovo automatico;-;Motivo disdetta",
        "events": "Data e ora;Cliente;Utente;Evento;ID evento",
        "responses": "Data risposta;Cliente;Intervistato;Sondaggio;Punteggio;Commenti",
        "tickets": "Numero ticket;Cliente;Richiedente;Aperto il;Prima risposta;Chiuso il;Risposte;"
        "Riaperture;Minuti di gestione;Oggetto;Canale;Priorità",
        "goals": "ID obiettivo;Cliente;Obiettivo;Valore iniziale;Traguardo;Valore attuale;Entro il;"
        "Misurato il;Peso",
        "deals": "Numero offerta;Cliente;Fase;Importo;Valuta;Data creazione;Data chiusura;Vinta;Provenienza;"
        "Segnalato da",
        "costs": "Data;Cliente;Tipo di spesa;Importo;Valuta",
        "rates": "Data;Valuta;Cambio",
        "notes": "Data;Cliente;Autore;Testo;Tipo di nota",
    },
    "dutch": {
        "accounts": "Klantnr.;Bedrijfsnaam;Webadres;Moederbedrijf;Accountbeheerder;Klantgroep",
        "people": "Contact-ID;E-mailadres;Contactpersoon;Bedrijf;Functie",
        "subscriptions": "Contractnummer;Klant;Pakket;Maandbedrag;Valuta;Facturatieperiode;"
        "Aantal gebruikers;Ingangsdatum;Einddatum;Stilzwijgende verlenging;-;Opzegreden",
        "events": "Datum en tijd;Klant;Gebruiker;Gebeurtenis;Gebeurtenis-ID",
        "responses": "Ingevuld op;Klant;Deelnemer;Enquête;Cijfer;Toelichting",
        "tickets": "Ticketnummer;Klant;Aanvrager;Aangemaakt op;Eerste reactie;Opgelost op;Aantal antwoorden;"
        "Heropend;Behandeltijd (min);Onderwerp;Kanaal;Prioriteit",
        "goals": "Doel-ID;Klant;Doel;Beginwaarde;Streefwaarde;Huidige waarde;Streefdatum;Gemeten op;Weging",
        "deals": "Offertenummer;Klant;Verkoopfase;Bedrag;Valuta;Aangemaakt op;Afgesloten op;Gewonnen;Bron;"
        "Aanbevolen door",
        "costs": "Boekdatum;Klant;Kostensoort;Bedrag excl. btw;Valuta",
        "rates": "Koersdatum;Valuta;Wisselkoers",
        "notes": "Datum;Klant;Geschreven door;Gespreksverslag;Soort notitie",
    },
}


@pytest.mark.parametrize(
    ("language", "kind"), [(language, kind) for language, kinds in HEADERS.items() for kind in kinds]
)
def test_a_file_in_their_language_is_understood(language, kind):
    header = HEADERS[language][kind].split(";")
    wanted = dict(zip(KINDS[kind].names, header, strict=False))
    columns = understand(KINDS[kind], [one for one in header if one != "-"], {}, {})
    got = {ours: source.theirs for ours, source in columns.sources.items() if source.theirs}
    assert got == {ours: theirs for ours, theirs in wanted.items() if theirs != "-"}
    assert (columns.missing, columns.twins, columns.further, columns.left_out) == ((), {}, (), ())
    assert min(columns.sources[ours].confidence for ours in got) > 0.8


def test_every_kind_has_a_header_in_every_language():
    kinds = [kind.name for kind in KINDS]
    assert {name: sorted(kinds) for name, kinds in HEADERS.items()} == dict.fromkeys(SPOKEN, sorted(kinds))


@pytest.mark.parametrize(
    ("amount", "interval"),
    [
        ("Jahresbetrag", "year"),
        ("Jährliche Gebühr", "year"),
        ("Montant annuel", "year"),
        ("Canone annuo", "year"),
        ("Importe anual", "year"),
        ("Jaarbedrag", "year"),
        ("Prix trimestriel", "quarter"),
        ("Wochenpreis", "week"),
        ("Mensualité", "month"),
        ("Betrag", "month"),
    ],
)
def test_what_an_amount_is_paid_for_is_told_by_its_name(amount, interval):
    columns = understand(KINDS["subscriptions"], ["account_id", amount], {"amount": amount}, {})
    assert columns.sources["interval"].value == interval


# What these programs call their columns, beside those of test_mapping.py.
EXPORTS = {
    "salesforce, by field names": (
        "deals",
        "Id,AccountId,StageName,Amount,CurrencyIsoCode,CreatedDate,CloseDate,IsWon,LeadSource",
        "deal_id account_id stage amount currency created_at closed_at won source",
    ),
    "hubspot tickets": (
        "tickets",
        "Ticket ID,Associated Company IDs,Associated Contact IDs,Create date,First agent email response date,"
        "Close date,Ticket name,Source,Priority",
        "ticket_id account_id person_id created_at first_reply_at solved_at subject channel priority",
    ),
    "zendesk tickets": (
        "tickets",
        "Id,Requester organization ID,Requester id,Created at,Solved at,Reopens,Replies,Subject,Via,Priority",
        "ticket_id account_id person_id created_at solved_at reopens replies subject channel priority",
    ),
    "intercom companies": (
        "accounts",
        "Company ID,Company name,Plan,Website",
        "account_id name segment domain",
    ),
    "intercom conversations": (
        "tickets",
        "Conversation ID,Company ID,User ID,Conversation created at,First admin reply at,Last closed at",
        "ticket_id account_id person_id created_at first_reply_at solved_at",
    ),
    "stripe subscriptions": (
        "subscriptions",
        "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Start Date (UTC),Ended At (UTC)",
        "subscription_id account_id product seats currency interval amount start end",
    ),
    "totango accounts": (
        "accounts",
        "Account ID,Account Name,parent_id,Success Manager,Company Domain,Tier",
        "account_id name parent_id owner domain segment",
    ),
    "totango contracts": (
        "subscriptions",
        "Account ID,Contract Value,Contract Start Date,Contract Renewal Date,Licenses",
        "account_id amount start end seats",
    ),
    "gainsight companies": (
        "accounts",
        "GSID,Name,CSM Email,Parent Company GSID,Customer Tier",
        "account_id name owner parent_id segment",
    ),
    "gainsight surveys": (
        "responses",
        "Responded Date,Company ID,Respondent Email,Survey Name,NPS Score,NPS Comment",
        "timestamp account_id person_id survey score comment",
    ),
    "gainsight timeline": (
        "notes",
        "Activity Date,Company ID,Author Name,Activity Notes,Activity Type",
        "timestamp account_id author text note_kind",
    ),
}


@pytest.mark.parametrize(("kind", "header", "wanted"), EXPORTS.values(), ids=EXPORTS)
def test_what_programs_export_is_understood(kind, header, wanted):
    columns = understand(KINDS[kind], header.split(","), {}, {})
    got = {ours: source.theirs for ours, source in columns.sources.items() if source.how.endswith("name")}
    assert got == dict(zip(wanted.split(), header.split(","), strict=True))
