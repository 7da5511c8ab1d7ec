using Signalbox.Sensitivity.Detectors;

namespace Signalbox.Sensitivity.Injection;

/// <summary>The words that attempts to turn a model against its instructions are made of. A star stands for any ending.</summary>
internal static class InjectionWords
{
    public static (WordClass Class, string Words)[] Table { get; } =
    [
        (WordClass.Override, """
            ignore* ignoring disregard* forget* bypass* overrid* override neglect* abandon* discard* circumvent* regardless supersede*
            ignorier* missacht* vergiss* vergesst vergessen umgeh* übergeh* ignorez oubli* oublie neglige* contourn* olvid* olvida omite omita ignora* dimentic* tralascia* scorda esqueç* esquec* desconsider* desconsidere
            negeer* vergeet* zignoruj* ignoruj* zapomnij* pomin* pomiń* pomijaj* unohda* ohita* sivuuta* glöm* glom* bortse* strunta ignorer* glem se_bort ignoruj* zapomen* felejts* hagyd unut* gormezden görmezden yoksay
            αγνοη* αγνοη ξεχασ* игнориру* забуд* проигнориру* 無視* 忽略* 忽视* 忘记* 忘れ* 무시* 잊어* تجاهل* انس अनदेखा अनदेखी* भूल* नज़रअंदाज התעלם* שכח*
            """),
        (WordClass.Prior, """
            previous* prior above preceding earlier foregoing told
            vorherig* obig* bisherig* vorigen frühere* vorangegang* précédent* precedent* antérieur* anterieur* dessus anterior* previas previos previa previo arriba precedenti precedente sopra
            acima anteriores vorige eerdere bovenstaande poprzedni* wcześniejsz* powyższ* powyzsz* aiemm* edelli* yllä tidigare föregående ovanstående tidligere forrige ovenstående foregående predchoz* korabbi* onceki önceki
            προηγουμεν* предыдущ* прежн* 以前* 前の* 上の* 之前* 上述* 以上* 上面* 이전* 위의* السابقة* पिछले* पिछली* ऊपर קודמ*
            """),
        (WordClass.All, "all any everything everthing your before existing those these alle alles deine ihre toutes tous tes vos todas todos tus sus tutte tutti tue suas seus jouw uw wszystkie twoje swoje kaikki alla dina alle dine tüm bütün все всё твои ваши όλες すべて* 全て* 全部* 所有* 모든* كل सभी सब"),
        (WordClass.Instruction, """
            instruction* directive* rule rules guideline* command commands order orders task tasks prompt prompts constraint* training programming guardrail* protocol* function content contents data page pagina seite
            systemanweisung* systemprompt* 提示* anweisung* regel* vorgabe* befehl* richtlinie* aufgabe* instruktion* consigne* directives règle* regle* instruccion* regla* orden ordenes indicacion* istruzion* regol* direttiv* instruç* instruc* regra* diretriz* comando*
            instructies opdracht* richtlijn* instrukcj* polecen* zasad* wytyczn* ohje* sääntö* saanto* instruktion* regler anvisning* instruks* pokyn* utasitas* talimat* οδηγι* εντολ* инструкц* правил* указани*
            指示* 命令* 指令* 规则* 說明* 지시* 명령* 규칙* التعليمات* निर्देश* नियम* हिदायत* הוראות* webpage página_web artikel
            """),
        (WordClass.Reveal, """
            reveal* tell give show share print display confirm repeat output disclose expose leak provide list say write send retrieve translate spell dump recite encode
            verrat* nenn* zeig* gib sag* teile mitteil* bestätig* wiederhol* ausgib révèl* revel* donne* montre* dis dites partage* affiche* confirme* répèt* repet* revela* dime digame muestra* dame comparte* confirma* imprime* rivela* dimmi mostra* condivid* conferm* stampa* dammi
            diga me-diga mostre compartilhe revele geef toon vertel* deel onthul* podaj* pokaz* pokaż* ujawni* powiedz* kerro* nayta* näytä* paljasta* anna berätta* visa avslöja* ge dela fortæl* vis del afslør* fortell* πες δωσε αποκαλυψε* δειξε скажи* покажи* раскрой* сообщи*
            重复* 繰り返* 教えて* 告诉* 显示* 透露* 알려* 말해* 보여* أخبر* اكشف बताओ* बताएं* बताइए* दिखाओ* गोपनीय
            """),
        (WordClass.Prompt, "initial original system prompt prompts systemprompt systemanweisung* sysprompt initialization configuration preamble hidden internal developer système sistema systeem systemowy systemow* järjestelm* системн* システム* 系统* 시스템* النظام सिस्टम"),
        (WordClass.RolePlay, """
            dan jailbreak* jailbroken unrestricted unfiltered uncensored roleplay* role pretend* simulate* immerse persona character act acting evil amoral opposite stan dude aim
            rollenspiel* schlüpf* imagine spiele tu fingi finge* finja* interpreta* udawaj* wciel* teeskentele* låtsas* lad forestil* сделай притвор* ロールプレイ* 扮演* 假装* 역할*
            """),
        (WordClass.Authority, """
            developer* administrator* admin root god police officer* authority authorities manager boss ceo cto owner creator engineer* auditor security supervisor superior scientist renowned expert law enforcement government fbi investigation audit maintenance upgrade emergency debug authorized
            entwickler* administrator chef polizist* polizei développeur* administrateur* policier jefe policía policia desarrollador* administrador* capo polizia sviluppatore amministratore desenvolvedor* chefe ontwikkelaar* beheerder baas programist* szef kehittäjä* ylläpitäj* poliisi pomo utvecklare polis udvikler politi
            разработчик* администратор* 上司* 管理者* 開発者* 管理员* 开发者* 관리자* 개발자* مطور* مسؤول डेवलपर* व्यवस्थापक*
            """),
        (WordClass.Mode, "mode override activated activate entering enabled enable sudo unlock unlocked modus aktiviert mode_développeur modo activado modalità tryb tila läge modalita attivata ativado режим* モード* 模式* 모드*"),
        (WordClass.Encode, "base rot hex hexadecimal morse latin leetspeak leet cipher* decode* decrypt* encode* encoded encrypt* reverse reversed backwards acrostic binary interlace combine concatenate smartgpt initials letter letters digit digits dashes square dekodier* entschlüssel* kodier* décod* decodif* decifra* odkoduj* avkoda* pura 解読* 解码* エンコード* 디코딩* parts strings"),
        (WordClass.Restriction, "restriction* filter* limitation* censorship policy policies ethical ethics moral* safety safeguard* confines boundaries limits einschränkung* beschränkung* restricciones limites límites restrizioni restrições ograniczen* rajoituk* begränsning* begrænsning* ограничен* 制限* 限制* 제한*"),
        (WordClass.Without, "no without free broken ohne sans sin senza sem zonder bez ilman utan uden без"),
        (WordClass.Hypothetical, "imagine suppose hypothetical* assume let fictional scenario poem haiku story novel stell angenommen supposons imaginons imagina supongamos immagina imagine suponha stel wyobraź kuvittele föreställ forestil представь 想像* 假设* 상상*"),
        (WordClass.Guard, """
            not never don dont cannot avoid strictly only forbidden prohibited refuse circumstances allowed confidential nie niemals nicht kein keine nur jamais pas ne uniquement seulement nunca solo únicamente jamás mai non soltanto não somente nooit niet alleen nigdy tylko älä koskaan vain aldrig inte endast bara ikke kun никогда не только
            """),
        (WordClass.Machine, "ai llm llms gpt chatbot assistant artificial intelligence neural network networks machine learning quantum modelo ki modell künstliche inteligencia intelligenza inteligência artificielle 人工智能* 人工知能*"),
        (WordClass.Owner, "your our system users user you dein* ihr* euer votre tes ton tu tuo tua seu jouw uw twoje twój sinun ditt din dit sistema系统 του σου твой ваш あなた* 너의* 당신* 你* 您* user उपयोगकर्ता"),
        (WordClass.Pivot, "anyway oh actually instead btw way speaking übrigens eigentlich stattdessen au_fait plutôt apropósito hablando instead invece aliás zamiast sen_sijaan istället i_stedet"),
        (WordClass.Attribute, """
            birth birthday born email address balance phone color colour lives live living located residence initials name names diet password age salary account credit
            geburt* adresse kontostand lieblingsfarbe wohnt naissance habite vit solde nacimiento vive correo saldo dirección nascita abita indirizzo nascimento mora endereço reside geboort* woont mieszka urodz* asuu syntym* bor född född fødsel
            मकान रहता जन्म μενει ζει живет живёт 住ん* 生年月日* 住址* 생일* 주소*
            """),
        (WordClass.State, "following state output say print consider claim declare admit conclude sage behaupte declara declare afferma zeg stwierdź sano säg sig scrivi escribe schreibe écris"),
        (WordClass.Person, "user customer client employee employees patient utilisateur utilisatrice usuario usuaria utente nutzerin usuário gebruiker użytkownik* käyttäjä* användare* bruger* benutzer* nutzer* kunde* χρηστ* пользовател* ユーザー* 用户* 사용자* उपयोगकर्ता"),
        (WordClass.Scope, "prompt private personal confidential privaten persönlichen privées personnelles privados personales personali privati pessoais"),
        (WordClass.Common, "question* chat* conversation message* language* text* word words example* please like make made know want need time use used using more with some under always given including based about other someone anyone their there response* reply replies job task tasks programmed developed maintain focus appropriate potential concerns individual details"),
        (WordClass.Discuss, "discuss* topic* talk* mention* answer* help* allowed recommend* advice conversation speak thema themen besprechen sujet tema temas hablar parler"),
        (WordClass.Mine, "my mine i meine mein meinem ich mon ma mes je mi mis mio mia io meu minha eu mijn ik mój moje moja min mitt jag jeg minun wifi bank account s a an any good strong"),
        (WordClass.Compromised, "compromised hacked verify reset suspended click link comprometida compromise kompromittiert gehackt piraté"),
        (WordClass.Question, "what whats where when which who how can could tell was wo wann welche* wer wie quel quelle quels où qui qué que cuál cual dónde donde quién qual quale dove chi onde quem wat waar welke wie jakie jaki gdzie kto co mikä missä kuka vad var vem hvad hvor hvem ποιος ποια που какой где 何* 什么* 무엇* क्या कहां कहाँ कौन τι ما أين"),
    ];
}
