"""Columns as Italian files call them."""

from tenure.sources.imports.headers import EVERYWHERE

NAMES = {
    EVERYWHERE: {
        "account_id": "Codice cliente, Numero cliente, N. cliente, ID cliente, Identificativo cliente, "
        "Codice azienda, ID azienda, ID account, Cliente, Azienda, Società, Ditta, Impresa, "
        "Ragione sociale, Conto",
        "person_id": "ID persona, Identificativo persona, ID contatto, Codice contatto, ID utente, "
        "Codice utente, Identificativo utente, Utente, Contatto, Persona",
        "currency": "Valuta, Divisa, Codice valuta",
        "amount": "Importo, Importo netto, Somma",
        "timestamp": "Data e ora, Data/ora, Marca temporale, Data, Ora, Momento",
        "date": "Data, Giorno, Mese, Data contabile",
    },
    "accounts": {
        "name": "Nome cliente, Nome del cliente, Nome azienda, Nome dell'azienda, Ragione sociale, "
        "Denominazione, Azienda, Società, Ditta, Nome, Cliente",
        "domain": "Sito web, Sito internet, Dominio, Indirizzo web",
        "parent_id": "Capogruppo, Società madre, Azienda madre, Casa madre, Cliente principale",
        "owner": "Responsabile, Referente interno, Gestore, Responsabile cliente, Gestore del cliente, "
        "Commerciale, Proprietario",
        "segment": "Segmento, Segmento cliente, Tipo cliente, Categoria cliente, Categoria, Fascia, "
        "Dimensione",
    },
    "people": {
        "email": "Indirizzo e-mail, Indirizzo di posta elettronica, Posta elettronica, Indirizzo mail",
        "name": "Nome e cognome, Nome completo, Cognome e nome, Nominativo, Nome, Referente",
        "role": "Ruolo, Funzione, Posizione, Mansione, Qualifica, Titolo",
        "part": "Ruolo del contatto, Ruolo nella decisione, Ruolo nell'acquisto",
        "influence": "Influenza, Livello di influenza",
        "stance": "Atteggiamento, Opinione",
        "relation": "Relazione, Rapporto, Qualità della relazione",
        "left_on": "Uscito il, Data di uscita, Data uscita, Uscita",
        "consent_product": "Consenso prodotto, Consenso informazioni prodotto",
        "consent_surveys": "Consenso sondaggi, Consenso questionari",
        "consent_marketing": "Consenso marketing, Consenso pubblicità",
    },
    "subscriptions": {
        "subscription_id": "Numero contratto, N. contratto, Codice contratto, ID contratto, ID abbonamento, "
        "Numero abbonamento, Codice abbonamento, Abbonamento, Contratto",
        "product": "Prodotto, Nome prodotto, Piano, Pacchetto, Articolo, Servizio",
        "amount": "Importo mensile, Canone mensile, Prezzo mensile, Importo annuo, Importo annuale, "
        "Canone annuo, Canone annuale, Canone, Prezzo",
        "interval": "Periodicità, Frequenza, Frequenza di fatturazione, Periodo di fatturazione, "
        "Ciclo di fatturazione, Intervallo, Periodo",
        "seats": "Licenze, Numero licenze, Numero di licenze, Numero utenti, Utenti, Postazioni, Quantità",
        "start": "Data inizio, Data di inizio, Inizio contratto, Inizio, Data attivazione, Decorrenza, "
        "Valido dal, Dal",
        "end": "Data fine, Data di fine, Fine contratto, Fine, Data scadenza, Scadenza, Data disdetta, "
        "Data cessazione, Valido fino al, Fino al, Al",
        "auto_renew": "Rinnovo automatico, Rinnovo tacito, Tacito rinnovo, Si rinnova automaticamente",
        "renews": "Contratto precedente, Rinnova, Contratto rinnovato",
        "reason": "Motivo disdetta, Motivo della disdetta, Motivo cessazione, Motivo",
        "months": "Anzianità in mesi, Anzianità (mesi), Mesi di anzianità, Mesi da cliente",
        "churned": "Disdetto, Disdetta, Cessato, Perso, Annullato",
    },
    "events": {
        "event": "Evento, Nome evento, Nome dell'evento, Azione, Attività",
        "message_id": "ID evento, ID messaggio, Identificativo evento",
        "event_kind": "Tipo di chiamata",
    },
    "responses": {
        "timestamp": "Risposto il, Data risposta, Data della risposta",
        "person_id": "Rispondente, Intervistato, Partecipante, Referente",
        "survey": "Sondaggio, Questionario, Indagine, Nome del sondaggio, Tipo di sondaggio",
        "score": "Punteggio, Voto, Valutazione, Punti, Valore",
        "comment": "Commento, Commenti, Osservazioni, Osservazione",
    },
    "tickets": {
        "ticket_id": "Numero ticket, N. ticket, ID ticket, Codice ticket, Numero richiesta, Numero caso, "
        "Numero pratica, Richiesta, Pratica",
        "person_id": "Richiedente, ID richiedente, Mittente, Referente",
        "created_at": "Creato il, Data creazione, Data di creazione, Aperto il, Data apertura, "
        "Data di apertura",
        "first_reply_at": "Prima risposta il, Prima risposta, Data prima risposta, Risposto il",
        "solved_at": "Risolto il, Data risoluzione, Chiuso il, Data chiusura, Data di chiusura, Risolto, "
        "Chiuso",
        "replies": "Numero risposte, Numero di risposte, Risposte",
        "reopens": "Numero riaperture, Riaperture, Riaperto",
        "handle_minutes": "Tempo di gestione (min), Minuti di gestione, Tempo di lavoro in minuti, Minuti",
        "subject": "Oggetto, Argomento, Titolo",
        "channel": "Canale, Canale di ingresso, Origine",
        "priority": "Priorità, Urgenza",
    },
    "goals": {
        "goal_id": "ID obiettivo, Codice obiettivo, Numero obiettivo",
        "title": "Nome obiettivo, Obiettivo, Titolo, Nome",
        "start_value": "Valore iniziale, Valore di partenza, Punto di partenza",
        "target_value": "Valore obiettivo, Valore da raggiungere, Traguardo",
        "value": "Valore attuale, Valore, Valore raggiunto",
        "due": "Scadenza, Data scadenza, Entro il, Termine",
        "measured_on": "Misurato il, Data misurazione, Data di misurazione, Data",
        "weight": "Peso, Ponderazione",
        "aim": "Tipo di obiettivo, Finalità",
        "status": "Stato, Situazione",
    },
    "deals": {
        "deal_id": "ID opportunità, Codice opportunità, Numero opportunità, Numero offerta, "
        "Numero preventivo, ID trattativa, Opportunità, Trattativa, Offerta, Preventivo",
        "stage": "Fase, Fase della trattativa, Fase di vendita, Stadio",
        "amount": "Importo opportunità, Importo stimato, Valore",
        "created_at": "Creato il, Creata il, Data creazione, Data di creazione, Data apertura",
        "closed_at": "Data chiusura, Data di chiusura, Chiuso il, Chiusa il, Chiusura",
        "won": "Vinto, Vinta, Opportunità vinta",
        "source": "Origine, Fonte, Provenienza, Origine lead, Canale",
        "referred_by": "Segnalato da, Consigliato da, Segnalatore, Segnalazione",
    },
    "costs": {
        "category": "Categoria, Tipo di costo, Tipo di spesa, Voce di costo, Tipo",
        "amount": "Costo, Costi, Spesa, Spese, Valore",
        "date": "Data della spesa, Data spesa, Periodo",
    },
    "rates": {
        "date": "Data del cambio, Data cambio, Valido dal",
        "rate": "Tasso di cambio, Cambio, Tasso, Quotazione",
    },
    "notes": {
        "timestamp": "Scritto il, Scritta il, Creato il, Data della nota, Data creazione",
        "author": "Autore, Autrice, Scritto da, Scritta da, Creato da, Redatto da, Utente",
        "text": "Testo, Nota, Contenuto, Commento, Descrizione, Testo della nota",
        "note_kind": "Tipo di nota, Tipo nota, Tipo",
    },
}
