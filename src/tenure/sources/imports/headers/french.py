"""Columns as French files call them."""

from tenure.sources.imports.headers import EVERYWHERE

NAMES = {
    EVERYWHERE: {
        "account_id": "Numéro client, Numéro de client, N° client, N° de client, Code client, "
        "Identifiant client, ID client, Réf. client, Référence client, Compte client, Numéro de compte, "
        "ID société, ID entreprise, Client, Société, Entreprise, Raison sociale, Compte",
        "person_id": "Identifiant personne, Identifiant contact, ID contact, Code contact, "
        "Identifiant utilisateur, ID utilisateur, Utilisateur, Personne",
        "currency": "Devise, Code devise, Monnaie",
        "amount": "Montant, Montant HT, Somme",
        "timestamp": "Horodatage, Date et heure, Date/heure, Heure",
        "date": "Jour, Mois, Date comptable",
    },
    "accounts": {
        "name": "Nom du client, Nom de la société, Nom de l'entreprise, Nom client, Raison sociale, "
        "Société, Entreprise, Nom",
        "domain": "Site web, Site internet, Adresse web, Nom de domaine, Domaine",
        "parent_id": "Maison mère, Société mère, Entreprise mère, Compte parent, Client parent",
        "owner": "Responsable, Responsable de compte, Chargé de compte, Chargée de compte, "
        "Chargé de clientèle, Gestionnaire, Propriétaire, Conseiller",
        "segment": "Segment client, Catégorie client, Type de client, Catégorie, Taille, Formule",
    },
    "people": {
        "email": "Adresse e-mail, Courriel, Adresse électronique, Adresse mail, Mél",
        "name": "Nom complet, Nom et prénom, Prénom et nom, Nom, Interlocuteur",
        "role": "Fonction, Poste, Intitulé du poste, Titre",
        "part": "Rôle du contact, Rôle dans la décision, Rôle dans l'achat",
        "influence": "Niveau d'influence, Pouvoir",
        "stance": "Posture, Avis",
        "relation": "Qualité de la relation, Lien",
        "left_on": "Parti le, Date de départ, Départ",
        "consent_product": "Consentement produit, Accord produit",
        "consent_surveys": "Consentement enquêtes, Consentement sondages, Accord enquêtes",
        "consent_marketing": "Consentement marketing, Accord marketing, Consentement publicité",
    },
    "subscriptions": {
        "subscription_id": "Numéro de contrat, N° contrat, N° de contrat, Numéro d'abonnement, "
        "N° abonnement, Identifiant abonnement, ID abonnement, ID contrat, Réf. contrat, Référence contrat, "
        "Abonnement, Contrat",
        "product": "Produit, Nom du produit, Offre, Formule, Forfait, Article",
        "amount": "Montant mensuel, Mensualité, Prix mensuel, Montant annuel, Prix annuel, Prix, Prix HT, "
        "Redevance",
        "interval": "Périodicité, Fréquence, Fréquence de facturation, Période de facturation, "
        "Cycle de facturation, Intervalle, Période",
        "seats": "Nombre de licences, Nb licences, Nombre d'utilisateurs, Nombre de postes, Utilisateurs, "
        "Sièges, Postes, Quantité",
        "start": "Date de début, Début du contrat, Début de contrat, Début, Date d'effet, "
        "Date de souscription, Valable du, Commence le, Depuis, Du",
        "end": "Date de fin, Fin du contrat, Fin de contrat, Fin, Date de résiliation, Résilié le, "
        "Date d'échéance, Échéance, Valable jusqu'au, Jusqu'au, Au",
        "auto_renew": "Reconduction automatique, Tacite reconduction, Reconduction tacite, "
        "Renouvellement automatique",
        "renews": "Contrat précédent, Contrat renouvelé, Renouvelle",
        "reason": "Motif de résiliation, Motif de départ, Raison du départ, Motif, Raison",
        "months": "Ancienneté en mois, Ancienneté (mois), Mois d'ancienneté",
        "churned": "Résilié, Résiliée, Perdu, Parti, Annulé",
    },
    "events": {
        "event": "Événement, Nom de l'événement, Activité",
        "message_id": "Identifiant événement, ID événement, Identifiant du message",
        "event_kind": "Type d'appel",
    },
    "responses": {
        "timestamp": "Répondu le, Date de réponse",
        "person_id": "Répondant, Identifiant répondant, Participant, Interlocuteur",
        "survey": "Enquête, Sondage, Questionnaire, Nom de l'enquête, Type d'enquête",
        "score": "Note attribuée, Note donnée, Note NPS, Évaluation, Points",
        "comment": "Commentaire, Commentaires, Remarque, Avis",
    },
    "tickets": {
        "ticket_id": "Numéro de ticket, N° ticket, N° de ticket, Identifiant ticket, Numéro de dossier, "
        "Numéro de demande, N° demande, Demande, Dossier",
        "person_id": "Demandeur, Identifiant demandeur, Interlocuteur, Émetteur",
        "created_at": "Créé le, Date de création, Ouvert le, Date d'ouverture, Date de la demande",
        "first_reply_at": "Première réponse le, Date de première réponse, Première réponse, Répondu le",
        "solved_at": "Résolu le, Date de résolution, Clôturé le, Clos le, Fermé le, Date de clôture, "
        "Date de fermeture",
        "replies": "Nombre de réponses, Nb réponses, Réponses",
        "reopens": "Nombre de réouvertures, Réouvertures",
        "handle_minutes": "Temps de traitement (min), Minutes de traitement, Temps passé en minutes",
        "subject": "Objet, Sujet, Titre",
        "channel": "Canal, Origine, Provenance",
        "priority": "Priorité, Urgence, Criticité",
    },
    "goals": {
        "goal_id": "Identifiant objectif, ID objectif, Numéro d'objectif, N° objectif",
        "title": "Nom de l'objectif, Objectif, Intitulé, Libellé, Titre, Nom",
        "start_value": "Valeur initiale, Valeur de départ, Point de départ",
        "target_value": "Valeur cible, Valeur visée, Valeur à atteindre, Cible",
        "value": "Valeur actuelle, Valeur, Réalisé",
        "due": "Échéance, Date d'échéance, Date limite",
        "measured_on": "Mesuré le, Date de mesure, En date du, Date",
        "weight": "Poids, Pondération",
        "aim": "Type d'objectif, Visée",
        "status": "Statut, État",
    },
    "deals": {
        "deal_id": "Identifiant opportunité, ID opportunité, Numéro d'opportunité, N° opportunité, "
        "Numéro d'affaire, Numéro de devis, N° devis, Opportunité, Affaire, Devis",
        "stage": "Étape, Étape de vente, Stade, Avancement",
        "amount": "Montant de l'opportunité, Montant estimé, Valeur",
        "created_at": "Créé le, Créée le, Date de création, Ouvert le, Date d'ouverture",
        "closed_at": "Date de clôture, Clôturé le, Clôturée le, Conclu le, Date de signature, Fermé le",
        "won": "Gagné, Gagnée, Remporté",
        "source": "Origine, Source de la piste, Provenance, Canal",
        "referred_by": "Recommandé par, Parrainé par, Parrain, Apporteur d'affaires, Prescripteur",
    },
    "costs": {
        "category": "Catégorie, Type de coût, Type de dépense, Nature",
        "amount": "Coût, Coûts, Dépense, Dépenses, Frais, Valeur",
        "date": "Date de la dépense, Date de dépense, Période",
    },
    "rates": {
        "date": "Date du cours, Date du taux, Valable à partir du, À compter du",
        "rate": "Taux de change, Taux, Cours de change, Cours",
    },
    "notes": {
        "timestamp": "Rédigé le, Écrit le, Créé le, Date de la note, Date de création",
        "author": "Auteur, Autrice, Rédigé par, Écrit par, Créé par, Rédacteur, Utilisateur",
        "text": "Texte, Contenu, Compte rendu, Commentaire, Remarque, Texte de la note",
        "note_kind": "Type de note, Nature, Type",
    },
}
