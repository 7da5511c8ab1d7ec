namespace Signalbox.Configuration.Fields;

/// <summary>Every kind of value that a field can have, by the name the tables use. Each use makes its own: most files need few.</summary>
internal static class Kinds
{
    // Schemes are written in either case.
    private const string HttpPattern = "[hH][tT][tT][pP][sS]?://.+";

    public static ConfigKind<string> Text => Plain("a string");

    public static ConfigKind<string> OptionalText => new TextKind<string>("a string", Accept, Same) { MayBeEmpty = true };

    /// <summary>A file of the user's, as an absolute path.</summary>
    public static ConfigKind<string> FilePath => new FilePathKind();

    /// <summary>A word or phrase that can be found in a text.</summary>
    public static ConfigKind<string> Phrase => new TextKind<string>("a word or phrase", TextChecks.Phrase, Same) { Pattern = @"[\s\S]*\S[\s\S]*" };

    /// <summary>A word for what a request is about.</summary>
    public static ConfigKind<string> Task => new TextKind<string>("a task", TextChecks.Task, Same) { Pattern = @"[^\s,]+" };

    /// <summary>A secret that travels in a header.</summary>
    public static ConfigKind<string> Credential =>
        new TextKind<string>("a string", TextChecks.Credential, Same) { IsSecret = true, MayBeEmpty = true };

    public static ConfigKind<string> ConnectionString =>
        new TextKind<string>("a connection string", Accept, Same) { IsSecret = true, MayBeEmpty = true };

    /// <summary>An address that is itself a secret, as those of chat webhooks are.</summary>
    public static ConfigKind<string> SecretUrl =>
        new TextKind<string>("an http(s) URL", TextChecks.Url, Same) { IsSecret = true, MayBeEmpty = true };

    public static ConfigKind<string> BaseUrl =>
        new TextKind<string>("an http(s) URL", TextChecks.BaseUrl, Same) { MayBeEmpty = true, Pattern = HttpPattern + "|" };

    public static ConfigKind<string> ListenUrl =>
        new TextKind<string>("an address to listen on, like http://127.0.0.1:8080", TextChecks.ListenUrl, Same) { Pattern = HttpPattern };

    public static ConfigKind<string> Origin =>
        new TextKind<string>("an origin, like https://app.example.com, or *", TextChecks.Origin, Same) { Pattern = @"\*|" + HttpPattern };

    public static ConfigKind<TimeSpan> Duration =>
        new TextKind<TimeSpan>("a duration, like 500ms, 30s, 2m or 24h", DurationText.TryParse, DurationText.Format) { Pattern = DurationText.Pattern };

    public static ConfigKind<bool> Boolean => new BooleanKind();

    public static ConfigKind<int> Count => Integer(1, int.MaxValue);

    /// <summary>An amount of money.</summary>
    public static ConfigKind<decimal> Amount => new NumberKind<decimal>(
        "a number", 0, decimal.MaxValue, static (json, out value) => json.TryGetDecimal(out value), static (json, value) => json.WriteNumberValue(value))
    {
        SchemaType = "number",
    };

    public static ConfigKind<double> Fraction => new NumberKind<double>(
        "a number", 0, 1, static (json, out value) => json.TryGetDouble(out value), static (json, value) => json.WriteNumberValue(value))
    {
        SchemaType = "number",
        ShowsMost = true,
    };

    /// <summary>A weight among others.</summary>
    public static ConfigKind<double> Weight => new NumberKind<double>(
        "a number", 0, 1_000_000, static (json, out value) => json.TryGetDouble(out value), static (json, value) => json.WriteNumberValue(value))
    {
        SchemaType = "number",
        ShowsMost = true,
    };

    public static ConfigKind<int> Integer(int least, int most) => new NumberKind<int>(
        "a whole number", least, most, static (json, out value) => json.TryGetInt32(out value), static (json, value) => json.WriteNumberValue(value))
    {
        SchemaType = "integer",
        ShowsMost = most != int.MaxValue,
    };

    public static ConfigKind<T> Choice<T>(params (string Word, T Value)[] choices) => new ChoiceKind<T>(choices);

    /// <summary>A choice among words that stand for themselves.</summary>
    public static ConfigKind<string> Word(string[] words) => new ChoiceKind<string>(Array.ConvertAll(words, word => (word, word)));

    public static ConfigKind<IReadOnlyList<T>> List<T>(ConfigKind<T> item, string expected, int least = 0) => new ListKind<T>(item, expected, least);

    /// <summary>A section. Its table is a function so that a file without the section does not build it at start-up.</summary>
    public static ConfigKind<T> Record<T>(Func<ConfigShape<T>> shape) => new RecordKind<T>(shape);

    /// <summary>Records by name; <paramref name="start"/> makes the one that a name begins with.</summary>
    public static ConfigKind<IReadOnlyDictionary<string, T>> Records<T>(
        Func<ConfigShape<T>> shape, string expected, Func<string, T> start, Func<string, string?> checkName) =>
        new MapKind<T>(expected, new NamedRecordItem<T>(shape, start), checkName);

    /// <summary>Plain values by a name; without <paramref name="checkName"/> it is checked elsewhere, e.g. because it is a model's.</summary>
    public static ConfigKind<IReadOnlyDictionary<string, T>> Map<T>(ConfigKind<T> item, string expected, Func<string, string?>? checkName = null) =>
        new MapKind<T>(expected, new PlainMapItem<T>(item), checkName ?? (static _ => null));

    /// <summary>Header names with their values, which may be credentials and are never printed.</summary>
    public static ConfigKind<IReadOnlyDictionary<string, string>> Headers =>
        new MapKind<string>("an object of header names and values", new PlainMapItem<string>(Credential), TextChecks.HeaderName);

    public static ConfigKind<T?> OrNull<T>(this ConfigKind<T> kind)
        where T : struct => new OptionalKind<T>(kind);

    private static TextKind<string> Plain(string expected) => new(expected, Accept, Same);

    private static string? Accept(string text, out string value)
    {
        value = text;
        return null;
    }

    private static string Same(string text) => text;
}
