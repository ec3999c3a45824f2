"""What a column's name says: a vocabulary of personal data in several languages, and words that veto it.

Written for this project. A name alone never reads a row, so its evidence may be used anywhere.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from noctule.pii.words import words as word_set

# kind of personal data -> phrases, split as `tokens` splits a header. A phrase matches tokens in a row.
STRONG: dict[str, str] = {
    "email": "email, e mail, mail address, mailadresse, email adresse, correo, courriel, correo electronico, "
    "adresse mail, posta elettronica, mailadres, e post, epost, emailaddr, eml",
    "phone": "phone, telephone, telefon, telefono, telefone, telefoon, tel, telnr, mobile, cellphone, cell phone, "
    "mobil, mobiltelefon, handy, handynummer, handynr, rufnummer, portable, cellulare, cellulari, movil, celular, "
    "gsm, fax, mobiel, msisdn, whatsapp, phonenumber, phoneno, rufnr, telefonnummer, telefoonnummer, telefonnr",
    "first_name": "first name, firstname, fname, given name, givenname, forename, middle name, middlename, mname, "
    "preferred name, maiden first, vorname, rufname, prenom, nombre pila, primer nombre, segundo nombre, "
    "nome battesimo, voornaam, fornavn, fornamn, imie, primeiro nome, nickname",
    "last_name": "last name, lastname, lname, surname, family name, familyname, maiden name, maidenname, nachname, "
    "familienname, geburtsname, nom famille, nom naissance, nom usage, apellido, apellidos, cognome, achternaam, "
    "familienaam, efternamn, etternavn, efternavn, nazwisko, sobrenome, apelido",
    "person_name": "full name, fullname, person name, patient name, patientname, customer name, client name, "
    "contact name, employee name, staff name, student name, member name, user full name, legal name, display name, "
    "holder name, cardholder, card holder, account holder, beneficiary name, owner name, driver name, doctor name, "
    "physician name, nurse name, provider name, teacher name, guardian name, mother name, father name, spouse name, "
    "passenger name, guest name, author name, applicant name, sender name, recipient name, subscriber name, "
    "emergency contact, next of kin, surname first name, kundenname, patientenname, vollstandiger name, "
    "nom complet, nom prenom, nom client, nom patient, nombre completo, nombre cliente, nombre paciente, "
    "nombre apellidos, nombre y apellidos, nome completo, nome cognome, nome e cognome, nome paziente, "
    "volledige naam, naam patient, naam klant, klantnaam, patientnaam, imie nazwisko",
    "address": "address, street, strasse, str nr, hausnummer, anschrift, wohnadresse, adresse, addr, rue, domicile, "
    "direccion, calle, domicilio, indirizzo, adres, straat, huisnummer, endereco, rua, adress, gatuadress, ulica, "
    "address line, street address, house number, address1, address2, strassenname, straatnaam",
    "national_id": "ssn, social security, social security number, sozialversicherungsnummer, sv nummer, svnr, "
    "rentenversicherungsnummer, steuer id, steuer identifikationsnummer, steueridnr, personalausweis, ausweisnummer, "
    "national id, national insurance, nino, nhs number, nhs no, nhs nr, tax id, tax number, tin, itin, dni, nie, nif, "
    "nir, numero securite sociale, numero secu, codice fiscale, bsn, burgerservicenummer, sofi nummer, pesel, cpf, "
    "personnummer, cpr, cpr nummer, hetu, identity number, id card number, aadhaar, curp, seguridad social",
    "medical_record": "mrn, medical record, medical record number, patient number, patient nbr, patient no, "
    "chart number, hospital number, patientennummer, fallnummer, krankenversichertennummer, versichertennummer, "
    "versichertennr, health card, health insurance number, medicare number, medicaid number, numero dossier, "
    "numero historia clinica, historia clinica, cartella clinica, patientnummer, tessera sanitaria, health plan number",
    "account": "account number, account no, account nr, acct no, acct number, acct, bank account, kontonummer, "
    "konto nr, "
    "numero compte, numero cuenta, numero conto, rekeningnummer, kundennummer, customer number, customer no, "
    "member number, membership number, policy number, policy no, loyalty number, numero client, numero cliente, "
    "klantnummer, insurance number, license number, licence number, drivers license, driver license, driving licence, "
    "fuhrerschein, fuhrerscheinnummer, permis conduire, patente guida, rijbewijs, npi",
    "card": "credit card, creditcard, card number, card no, cardnumber, card num, cc num, cc number, ccn, ccnum, "
    "debit card, pan, kreditkarte, kreditkartennummer, kartennummer, carte bancaire, carte credit, numero carte, "
    "tarjeta, tarjeta credito, carta credito, numero carta, creditcardnumber, kaartnummer",
    "iban": "iban",
    "ip": "ip, ip address, ipaddress, ipaddr, ipv4, ipv6, ip adresse, client ip, remote addr, adresse ip",
    "mac": "mac address, macaddress, mac addr, mac adresse, imei, hardware address, device serial",
    "url": "url, website, homepage, web page, webpage, profile link, linkedin, facebook, twitter, instagram, site web, "
    "pagina web, sito web",
    "username": "username, user name, login, login name, userid, user login, screen name, screenname, benutzername, "
    "benutzerkennung, nom utilisateur, identifiant, usuario, nombre usuario, nome utente, gebruikersnaam, "
    "twitter handle, password, passwort, mot passe, contrasena, wachtwoord, passwd, pwd, secret",
    "date_of_birth": "dob, date of birth, birth date, birthdate, birthday, birth dt, born on, geburtsdatum, geb datum, "
    "gebdat, geburtstag, date naissance, fecha nacimiento, data nascita, data nascimento, geboortedatum, "
    "fodelsedatum, fodselsdato, data urodzenia, date of death, death date, deathdate, dod",
    "passport": "passport, passport number, reisepass, passnummer, reisepassnummer, passeport, pasaporte, passaporto, "
    "paspoort, paspoortnummer",
    "licence_plate": "license plate, licence plate, number plate, plate number, registration plate, kennzeichen, "
    "kfz kennzeichen, nummernschild, immatriculation, plaque immatriculation, matricula, targa, kenteken",
    "vin": "vin, vehicle identification, vehicle identification number, chassis number, fahrgestellnummer, fin",
    "geo": "latitude, longitude, lat, lon, lng, lat lon, latlon, geo, geolocation, gps, coordinates, breitengrad, "
    "langengrad, latitud, longitud, latitudine, longitudine, coordonnees, coordenadas, coordinate",
    "postcode": "zip, zip code, zipcode, postcode, postal code, postalcode, plz, postleitzahl, code postal, "
    "codigo postal, cap, postcode nr, codice postale, cep, postnummer, zip4",
    "city": "city, town, village, wohnort, ort, stadt, geburtsort, birthplace, birth place, place of birth, ville, "
    "commune, lieu naissance, ciudad, municipio, lugar nacimiento, citta, comune, luogo nascita, woonplaats, "
    "plaats, geboorteplaats, cidade, miasto",
    "company": "company, company name, employer, employer name, organization name, organisation name, firma, "
    "firmenname, arbeitgeber, entreprise, employeur, raison sociale, empresa, azienda, datore lavoro, bedrijf, "
    "werkgever, bedrijfsnaam",
}  # fmt: skip

# Words that name a person only when the values agree: alone they are as often a product's or a file's.
WEAK: dict[str, str] = {
    "person_name": "name, nom, nombre, nome, naam, namn, navn, nazwa, patient, customer, client, employee, doctor, "
    "physician, author, owner, contact, kunde, mitarbeiter, arzt, medecin, medico, cliente, paciente, paziente, klant, "
    "contact person, ansprechpartner, manager, supervisor, guardian, teacher, driver, passenger, mother, father, kin",
    "first_name": "first, given, middle",
    "last_name": "last, family, maiden",
}

# A key of a person: these words together with one of KEY.
PERSON = word_set(
    "patient person customer client member user employee staff student subject participant respondent subscriber "
    "policyholder applicant tenant donor beneficiary resident citizen pat cust emp kunde kunden patienten mitarbeiter "
    "personal versicherten cliente paciente empleado usuario paziente dipendente utente klant medewerker salarie "
    "abonne persona persoon"
)
KEY = word_set("id ids no nr num number nbr key code uuid guid ref reference nummer numero identifier kennung")

# A header with one of these speaks of a property of the thing, not of the thing.
VETO = word_set(
    "count counts cnt total totals sum avg mean median min max std rate ratio pct percent percentage share score index "
    "rank flag flags indicator ind is has had was can opt optin optout consent allow allowed preferred preference pref "
    "type types typ kind class category cat group grp tier level status state format length len size valid validity "
    "verified verification verify confirmed domain provider carrier brand issuer network plan language lang channel "
    "method reason result version days day hours hour minutes months month years year age weight order attempts calls "
    "sent opens clicks bounced unsubscribed concept model make product file event table column field db database "
    "color colour quality speed usage minutes bytes cost price amount fee charge change changes changed updated "
    "created last4 expiry expiration exp blocked available present missing known density area region cohort bucket "
    "band decile "
    "anzahl zahl summe art gultig aantal soort cantidad tipo estado cantita quantita conteggio totale statut nb nbre "
    "kategorie gruppe stufe categorie categoria grupo gruppo niveau"
)
NOT_A_PERSON = word_set(
    "drug medication medicine brand host server device app application hospital school store shop branch department "
    "dept team course item sku campaign song movie film book project page site road test lab study trial disease "
    "diagnosis procedure treatment condition airport airline country county species gene chemical compound bank fund "
    "ticker scientific common generic trade domain tag theme variable feature dataset sensor job task step queue role "
    "segment currency produkt produit producto prodotto artikel article"
)


@dataclass(frozen=True)
class Meaning:
    """What a header says. `weak`: believe it only when the values agree. `key`: the key of a person."""

    pii: str
    weak: bool = False
    key: bool = False


@cache
def meaning(header: str) -> Meaning | None:
    """What the header says about personal data, or None. Reads no row."""
    words = tokens(header)
    while words and words[-1].isdigit():  # address_1, phone2
        words = words[:-1]
    if not words or VETO.intersection(words) or _counts(words):
        return None
    squashed = "".join(words)
    if kind := _longest(STRONG, words, squashed):
        return None if kind.endswith("name") and NOT_A_PERSON.intersection(words) else Meaning(kind)
    if PERSON.intersection(words) and KEY.intersection(words):
        return Meaning("other", key=True)
    for kind, phrases in WEAK.items():
        if " ".join(words) in phrases.split(", "):
            return Meaning(kind, weak=True)
    return None


def tokens(header: str) -> tuple[str, ...]:
    """Lower-case words without accents: "patientFirstName", "PATIENT-FIRST NAME" -> patient, first, name."""
    plain = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c))
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", ascii_only)
    return tuple(word for word in (part.lower() for part in parts) if word not in _FILLERS)


_FILLERS = word_set("the de del della di du des der das le la el und and of van het")
# Short words that mean something else inside a longer header (market_cap, pan_size): they must be the whole header.
_ALONE = word_set("cap fin ort pan portable handy secret geo rue cep nir nie tin dod cpr plaats town street")


def _counts(words: tuple[str, ...]) -> bool:
    """num_phones, n_addresses, no_of_children: how many, not which."""
    return len(words) > 1 and words[0] in ("n", "num", "no", "number", "nr", "how")


def _longest(vocabulary: dict[str, str], words: tuple[str, ...], squashed: str) -> str | None:
    """The kind with the longest phrase found in the header; a phrase may also be the squashed header, or one word."""
    best: tuple[int, str] | None = None
    text = f" {' '.join(words)} "
    for kind, phrases in vocabulary.items():
        for phrase in phrases.split(", "):
            bare = " ".join(word for word in phrase.split() if word not in _FILLERS)
            joined = bare.replace(" ", "")
            inside = f" {bare} " in text and bare not in _ALONE
            if inside or joined == squashed or (" " in bare and joined in words):
                best = max(best or (0, ""), (len(joined), kind))
    return best[1] if best else None
