namespace Signalbox.Sensitivity.Detectors;

/// <summary>
/// The known words, by meaning. A star stands for any ending. Case and accents of Latin letters do not matter. Languages:
/// English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Swedish, Danish, Norwegian, Finnish, some Czech,
/// Hungarian, Romanian, Turkish, Greek, Russian and the labels that are written in other scripts.
/// </summary>
internal static class LexiconWords
{
    public static (WordClass Class, string Words)[] Personal { get; } =
    [
        (WordClass.Phone, """
            phone* telephone* telefon* telef* tel tlf tfn mobil* cell cellphone* cellular celular* movil* handy* handynummer gsm fax faks telefax* whatsapp sms
            puhelin* puh puhelimi* matkapuhelin* kannyk* komork* kom mob portable rufnummer* durchwahl* festnetz* hotline* cellulare fixe desk landline*
            ruf switchboard helpline* extension telemovel* telemov* contactnummer tel.nr numtel τηλεφων* κινητο* телефон* тел моб* 電話* 电话* 手机* 携帯* 전화* 휴대* هاتف* فون फोन* मोबाइल* טלפון*
            """),
        (WordClass.Reach, """
            call calls calling called callback ring dial text texted reach contact contacts number numbers registered answering messages message office direct
            anruf* anrufen rufen erreichen erreichbar nummer* ruft appel* appelez appeler joindre joignable numero* contactez contacter llam* marcar
            marque numero contactar chiam* contattare contattami recapito ligar ligue liga contato contacto bel belt bellen gebeld nummer bereikbaar
            zadzwon* dzwon* volejte zavolejte volej numer* kontakt* soita* soittaa tavoittaa numero* numeroon numeroni numerosta ring ringa ringer ringe nummer kontakta nar nas volat* cislo* hivj* hivni szam* sun* arayin numara* ara
            connect answer answers pick номер* звон* позвон* καλεστε* αριθμ* viber telegram signal
            """),
        (WordClass.Call | WordClass.Reach, """
            call dial ring anruf* anrufen rufen appelez appeler appelle llama* llame* marque chiama* chiami ligue liga ligar bel bellen zadzwon* dzwon* soita* soittaa ringa ringer ringe
            volejte zavolejte zavolajte volajte hivj* sunati nazovite pozovite ara arayin позвон* звоните телефонуй* καλεστε
            """),
        (WordClass.Card, """
            card* credit* creditcard* debit* visa mastercard amex maestro cc karte* kreditkarte* kreditk* bankkarte* girocard* ec carte* carta* tarjeta* cartao cartoes kaart*
            creditkaart* betaalkaart* bankpas karta karte karty kartom* kartu* kredytow* kort* kreditkort* bankkort* betalkort* luottokort* pankkikort* maksukort*
            kortti* korttini kortin kortilta kartya* bankkartya* kredi* kart* cvv cvc pan κάρτα* καρτ* карт* カード* 信用卡* 银行卡* 카드* बैंक कार्ड* بطاق*
            """),
        (WordClass.Iban, """
            iban* bic swift account* konto* kontonummer* compte* cuenta* conto conta rekening* rekeningnummer rachunek rachunk* tili* tilinumero* kontonr bankkonto* bankverbindung* sepa
            überweis* ueberweis* virement* transferencia* bonifico* wire kontor szamlasz* ucet* ucto* λογαριασμ* счет* счёт* 口座* 账户* 계좌*
            """),
        (WordClass.NationalId, """
            ssn social sozialversicherung*  svnr rentenversicherung* nino  insurance steuer* steuerid* identifikationsnummer idnr personalausweis* ausweis* ausweisnummer 
            sociale secu nir insee dni nie nif cif fiscal fiscale codice bsn burgerservicenummer* sofinummer pesel nip regon rut rg medicare personnummer* samordningsnummer* cpr cprnummer* fodselsnummer*
            fodselsnr hetu henkilotunnus* henkilötunnus* cpf cnpj  aadhaar aadhar* ahv avs  itin   tax taxpayer identity identification identite identidad identita identidade identificacao
            identificacion legitimat* identiteit* dowod* dowodu curp rfc cedula* cuil cuit   rodne rodné cnp adoszam*  kimlik* tckn snils inn инн снилс αφμ amka ppsn pps  tfn  nhs
            national  krankenversicherung* krankenversicher* vitale mynumber マイナンバー* 身份证* 身分證* 주민등록* आधार*
            """),
        (WordClass.Passport, """
            passport* reisepass* passeport* pasaporte* passaporto* passaporte* paspoort* paszport* passi passin passnummer* passnumret útlevél* utlevel* pasaport* διαβατηρ* паспорт* パスポート* 护照* 여권* पासपोर्ट* جواز*
            """),
        (WordClass.Licence, """
            license licence licenses driver* drivers driving fuhrerschein* führerschein* fuehrerschein* permis conducir conduccion patente guida conducao habilitacao cnh rijbewijs* prawo jazdy
            korkort* körkort* korekort* kørekort* forerkort* førerkort* ajokort* jogositvany* ridicsky ehliyet* водительск* permiso carnet
            """),
        (WordClass.Personal, """
            birth birthdate birthday dob born geburt* geburtsdatum geburtstag naissance nacimiento nascita nascimento geboorte* geboortedatum urodzenia urodzin* fodelse* fodselsdato* syntyma* syntymaaika salary gehalt* salaire salario stipendio
            salaris wynagrodzen* palkka lon diagnosis diagnose* diagnostic diagnostico diagnosi diagnoza religion ethnicity konfession maiden surname lastname firstname vorname nachname familienname
            prenom apellido* cognome sobrenome achternaam voornaam nazwisko imie fornavn etternavn efternavn fornamn efternamn sukunimi etunimi fullname
            """),
        (WordClass.Ip, "ip ips ipv ipaddress ipadresse ipadress host hosts server ping client address adresse addr subnet gateway dns source remote firewall blocked login"),
        (WordClass.Version, "version* v ver release* build rev section chapter abschnitt kapitel figure fig table clause article §"),
        (WordClass.Title, "mr mrs ms mx dr prof professor herr frau hr fr monsieur madame mademoiselle mme mlle señor señora señorita sr sra srta signor signora sig senhor senhora meneer mevrouw dhr mevr pani panu panią herra rouva fru doktor dott dottore ingeniero"),
        (WordClass.NameIntro, "heisse heiße heiße appelle llamo chiamo chamo heet nazywam heter hedder nimeni nimi"),
        (WordClass.Name, "name names nombre nome nom naam navn namn imię customer patient kunde kunden client cliente klant employee"),
    ];

    public static (WordClass Class, string Words)[] Secrets { get; } =
    [
        (WordClass.Secret, """
            password* passwd pwd passcode* passphrase* passwort* passworter kennwort* passe contrasena* contraseña clave senha* wachtwoord* haslo* hasła hasło hasla losenord* lösenord* salasana* adgangskode* passord* heslo* jelszo* jelszó* parola* sifre* şifre* κωδικ* συνθηματικ* парол*
            パスワード* 密码* 密碼* 暗証* 비밀번호* 암호* पासवर्ड* كلمة_السر سر مرور סיסמ* pin pincode credential* creds zugangsdaten zugangscode* identifiants credenciales credenziali
            """),
        (WordClass.WeakSecret, "secret* token* apikey* key keys schlussel* schluessel* geheim* geheimnis* cle cles clave chave chiave segreto segreta secreto secreta segredo sekret* klucz* nyckel* nokkel* nøgle* sleutel* geheime avain* salaisuus* salai* bearer code codes codigo codice 秘密* 秘钥* 密钥* 비밀* confidential* vertraulich* confidentiel* confidencial*"),
    ];

    public static (WordClass Class, string Words)[] Places { get; } =
    [
        (WordClass.StreetBefore, """
            rue avenue av ave boulevard bd bld chemin impasse allee allée quai cours route passage voie sente villa hameau residence place square laan straat calle c cl avda avenida plaza paseo carrer camino carretera ctra glorieta ronda travesia cuesta ramal masia caserio urbanizacion urb poligono rambla rincon extrarradio barrio bajada callejon colonia privada priv prolongacion retorno viaducto andador circuito arrabal poblado pasaje carrera autopista
            via viale piazza piazzetta piazzale corso vicolo largo strada contrada salita lungomare incrocio rotonda borgo rua r travessa praca praça alameda estrada rodovia beco marginal caminho jardim viela urbanizacao
            ul ulica ulicy al aleja aleje alei plac pl os osiedle skwer bulw rondo ulice namesti náměstí trida strada str bulevardul bd calea soseaua piata intrarea aleea οδος οδου οδο λεωφορος λεωφ λ πλατεια πλ улица ул проспект пр переулок пер площадь пл бульвар аллея набережная наб шоссе вулиця вул провулок майдан площа
            jalan jl
            """),
        (WordClass.StreetAfter, """
            street st str road rd avenue ave av lane ln drive dr court ct square sq crescent cres close terrace ter place pl boulevard blvd parkway pkwy highway hwy way grove gardens mews row parade trail circle cir loop
            walk rise alley plaza esplanade turnpike tpke expressway crossing quay wharf
            """),
        (WordClass.StreetOther, """
            strasse straße strase weg platz gasse allee ring ufer damm chaussee steig pfad
            straat laan plein gracht kade singel dreef steeg
            katu tie kuja polku puisto kaari
            gatan gata vägen väg torg gränd stigen backe vej gade allé stræde plads veien vei gate plass
            utca út u útja tér krt körút köz sétány dűlő rakpart körtér fasor főtér határút lépcső cesta nábrežie nábřeží schody námestie náměstí улица ул проспект пр переулок пер площадь пл набережная наб бульвар шоссе аллея вулиця майдан провулок cadde caddesi cd sokak sokağı sk mahallesi mah bulvarı tänav tee maantee iela gatvė g prospekt
            """),
        (WordClass.StreetAt, "unter auf am im zum zur hinter beim"),
        (WordClass.Unit, "apt apts apartment appt suite ste apto appartement wohnung piso depto interno scala lokal lgh lejl asunto dept door daire kat bldg"),
        (WordClass.Box, "box postfach bp apartado casella postale postbus postboks caixa boks postilokero skrytka pobox psc"),
        (WordClass.Military, "apo fpo dpo"),
        (WordClass.AddressIntro, """
            address* adress* lives live living lived resides residing reside residence located location corner taxi office offices headquarters deliver delivered delivery ship shipped shipping sent send mail mailed billing
            return moved moving meet meeting met restaurant station stop drops building house home
            wohn* wohnt wohne wohnhaft anschrift* zustell* liefer* lieferung sitz umgezogen habite* habitons domicilie* domicile adresse* livrer livraison demeurant reside situe
            direccion domicilio vivo vive vivimos reside ubicado ubicada entregar envien envio enviar situado indirizzo abito abita abitiamo residente spedire spedite consegn*
            endereco moro mora moramos reside morada entrega adres* woon woont wonen gevestigd bezorg* mieszk* zamieszk* adres* dostarcz* bor boende adressen levereras bopæl bopael bopel leveres
            asun asuu asuvat osoite* osoittee* toimit* sijaitsee lakik lakom cim* bydl* adresa locuiesc oturuyorum διευθυνσ* μενω μενουμε κατοικω живу живет живёт адрес* живем 住所* 地址* 주소*
            """),
        (WordClass.Small, """
            the a an of in on at and or to for with from by is was are were be been this that these those it its than then my your his her our their no not about into over down up off each every per which what who when where
            der die das und oder ein eine einen im in mit von zu für auf aus le la les des du de un une et ou dans sur pour el los las y o en con por una il lo gli un di e per del della o os as do da em na no een het en van op
            years year days day hours hour minutes minute miles mile people percent dollars euros km m kg times pages points million billion men women students feet foot inches meters
            """),
    ];
}
