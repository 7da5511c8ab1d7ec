using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Pipeline.Judging;

/// <summary>
/// Whether an answer is a refusal or nothing at all. Refusals stand at the beginning and are short; what goes on at length after "I
/// cannot" has answered something. A tool call is never a refusal.
/// </summary>
internal static partial class RefusalCheck
{
    private const int LongestRefusal = 1200;
    private const int Beginning = 240;

    public static double Judge(AnswerText answer, ChatFinishReason? finish)
    {
        if (answer.HasCall)
        {
            return 1;
        }

        if (answer.IsRefusal || finish == ChatFinishReason.ContentFilter)
        {
            return 0;
        }

        return IsRefusal(answer.Text) && !(answer.HasOther && answer.Length == 0) ? 0 : 1;
    }

    /// <summary>Whether a text says no, or nothing.</summary>
    public static bool IsRefusal(string text)
    {
        var trimmed = text.AsSpan().Trim();
        if (trimmed.IsEmpty)
        {
            return true;
        }

        if (trimmed.Length > LongestRefusal)
        {
            return false;
        }

        var beginning = trimmed[..Math.Min(trimmed.Length, Beginning)].ToString().Replace('’', '\'').Replace('‘', '\'');
        return English().IsMatch(beginning) || German().IsMatch(beginning) || French().IsMatch(beginning) || Spanish().IsMatch(beginning);
    }

    // Each: perhaps an apology, then "I cannot" with a verb of helping, at the beginning of the text or of its second sentence.
    [GeneratedRegex(
        @"^(?:[^.!?\n]{0,60}[.!,:;]\s*(?:but\s+|however,?\s+)?)?(?:(?:i'm|i am)\s+(?:very\s+|really\s+|so\s+)?(?:sorry|afraid)[,.]?\s+(?:but\s+)?(?:that\s+)?)?(?:as an ai[^,.]{0,40},\s*)?(?:unfortunately,?\s+)?"
        + @"(?:i|we)(?:\s+(?:must|have to))?\s*(?:can(?:'t|not| not)|(?:am|'m|are) (?:not able|unable|not allowed|not permitted) to|won't|will not|could not|couldn't|decline|refuse)\b\s*(?:to\s+)?(?:be able to\s+|really\s+|directly\s+|in good conscience\s+)?"
        + @"(?:help|assist|provide|answer|comply|fulfil|fulfill|create|generate|discuss|support|share|engage|write|give|offer|continue|complete|do (?:that|this)|produce|respond|perform|process|participate|solve|determine|tell you|request|your request|this request|\.|$)"
        + @"|^(?:i don't know|i do not know|i have no idea|no comment)\b[^\n]{0,80}$"
        + @"|^(?:sorry|apologies)[^.!?\n]{0,30}\b(?:can't|cannot|can not|unable to|not able to)\s+(?:help|assist|provide|answer|comply|fulfil|do|create|generate|discuss|share|write|give)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex English();

    [GeneratedRegex(
        @"^(?:[^.!?\n]{0,60}[.!,:;]\s*(?:aber\s+|doch\s+)?)?(?:leider\s+)?(?:ich\s+(?:kann|darf|möchte|werde)|(?:kann|darf|möchte|werde)\s+ich|da kann ich|dabei kann ich)\b[^.!?\n]{0,60}\bnicht\s+(?:\w+\s+){0,2}(?:helfen|weiterhelfen|behilflich|beantworten|antworten|erfüllen|nachkommen|unterstützen|bereitstellen|erstellen|liefern|geben|schreiben|sagen|tun|machen|ausführen|fortfahren|diskutieren)"
        + @"|^(?:[^.!?\n]{0,60}[.!,:;]\s*)?ich (?:bin nicht in der lage|muss (?:das |dies |diese anfrage )?ablehnen|lehne)\b"
        + @"|^(?:das |dies )?(?:weiß ich (?:leider )?nicht|ich weiß (?:es |das )?(?:leider )?nicht)\b[^\n]{0,60}$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex German();

    [GeneratedRegex(
        @"^(?:[^.!?\n]{0,60}[.!,:;]\s*(?:mais\s+)?)?(?:malheureusement,?\s+)?je\s+(?:ne\s+(?:peux|puis|suis|pourrai|vais)|n'ai)\s*(?:malheureusement\s+)?(?:pas\s+)?(?:en mesure\s+|capable\s+|autorisée?\s+)?(?:d'|de\s+)?(?:vous\s+|y\s+|t')?(?:aider|répondre|fournir|satisfaire|accéder|donner|créer|générer|écrire|rédiger|faire|traiter|accomplir|discuter|partager|poursuivre|assister|dire)"
        + @"|^(?:[^.!?\n]{0,60}[.!,:;]\s*(?:mais\s+)?)?je (?:dois (?:refuser|décliner)|refuse)\b"
        + @"|^je ne sais pas\b[^\n]{0,60}$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex French();

    [GeneratedRegex(
        @"^(?:[^.!?\n]{0,60}[.!,:;]\s*(?:pero\s+)?)?(?:lamentablemente,?\s+|desafortunadamente,?\s+)?(?:yo\s+)?no\s+(?:puedo|podré|me es posible|estoy en condiciones de|soy capaz de|tengo permitido)\s*(?:ayudar|responder|proporcionar|cumplir|dar|crear|generar|escribir|hacer|compartir|discutir|continuar|ofrecer|asistir|procesar|decir|contestar|realizar)"
        + @"|^(?:[^.!?\n]{0,60}[.!,:;]\s*(?:pero\s+)?)?(?:debo (?:negarme|rechazar|declinar)|me niego)\b"
        + @"|^(?:no lo sé|no sé)\b[^\n]{0,60}$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Spanish();
}
