using System.Collections.Frozen;

namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>
/// The formats of JSON schema as expressions. Each is narrower than its standard, so that every usual validator takes what is written: years 1000 to
/// 2999, offsets below 14 hours, http and https only, no doubled hyphens in names.
/// </summary>
internal static class StringFormats
{
    private const string Month31 = "(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])";
    private const string Month30 = "(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)";
    private const string LeapYear = "(?:[12]\\d(?:0[48]|[2468][048]|[13579][26])|1200|1600|2000|2400|2800)";
    private const string Date = $"(?:[12]\\d{{3}}-(?:{Month31}|{Month30}|02-(?:0[1-9]|1\\d|2[0-8]))|{LeapYear}-02-29)";
    private const string Clock = "(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d";
    private const string Time = $"{Clock}(?:\\.\\d{{1,6}})?(?:Z|[+-](?:0\\d|1[0-3]):[0-5]\\d)";
    private const string Label = "[a-zA-Z][a-zA-Z0-9]{0,19}(?:-[a-zA-Z0-9]{1,20}){0,2}";
    private const string Host = $"{Label}(?:\\.{Label}){{0,3}}";
    private const string Email = $"[A-Za-z0-9]{{1,20}}(?:[._+-][A-Za-z0-9]{{1,20}}){{0,2}}@(?:{Label}\\.){{1,3}}[a-z]{{2,10}}";
    private const string UriText = "[A-Za-z0-9._~!$&'()*+,;=:@-]";
    private const string Path = $"(?:/{UriText}*)*";
    private const string Uri = $"https?://{Host}(?::[1-9]\\d{{0,3}})?(?:/{UriText}+)*/?(?:\\?{UriText}+)?(?:#{UriText}+)?";
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private const string Octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    private const string H = "[0-9a-f]{1,4}";
    private const string Base64 = "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?";
    private const string DurationTime = "T(?:\\d{1,2}H(?:\\d{1,2}M(?:\\d{1,2}S)?)?|\\d{1,2}M(?:\\d{1,2}S)?|\\d{1,2}S)";
    private const string Pointer = "(?:/[A-Za-z0-9_-]*)*";

    private static readonly FrozenDictionary<string, Lazy<CharacterAutomaton>> Known = new Dictionary<string, string>
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["duration"] = $"P(?:\\d{{1,3}}W|\\d{{1,2}}Y|\\d{{1,2}}M|\\d{{1,3}}D|(?:\\d{{1,3}}D)?{DurationTime})",
        ["time-span"] = Clock,
        ["email"] = Email,
        ["idn-email"] = Email,
        ["hostname"] = Host,
        ["idn-hostname"] = Host,
        ["uri"] = Uri,
        ["iri"] = Uri,
        ["uri-reference"] = $"(?:{Uri}|{Path})",
        ["iri-reference"] = $"(?:{Uri}|{Path})",
        ["uri-template"] = Uri,
        ["uuid"] = Uuid,
        ["guid"] = Uuid,
        ["ipv4"] = $"{Octet}(?:\\.{Octet}){{3}}",
        ["ipv6"] = $"(?:{H}:){{7}}{H}|(?:{H}:){{1,7}}:|(?:{H}:){{1,6}}:{H}|(?:{H}:){{1,4}}(?::{H}){{1,3}}|{H}:(?::{H}){{1,6}}|:(?::{H}){{1,7}}|::",
        ["byte"] = Base64,
        ["base64"] = Base64,
        ["json-pointer"] = Pointer,
        ["relative-json-pointer"] = $"(?:0|[1-9]\\d?)(?:#|{Pointer})",
        ["regex"] = "[A-Za-z0-9 _-]*",
    }.ToFrozenDictionary(static pair => pair.Key, static pair => new Lazy<CharacterAutomaton>(() => Compile(pair.Value)), StringComparer.Ordinal);

    /// <summary>The strings of a format; null where it has no meaning, and so no force.</summary>
    public static CharacterAutomaton? Find(string format) => Known.TryGetValue(format, out var automaton) ? automaton.Value : null;

    private static CharacterAutomaton Compile(string expression) =>
        Pattern.Compile($"^(?:{expression})$", new PatternBudget(), out var reason) ?? throw new InvalidOperationException(reason);
}
