using System.Text.Json;

namespace Signalbox.Dialects.Fields;

/// <summary>
/// What a translation does with every field of every dialect, as data. It says so before the request is sent: which fields of this very
/// body the target cannot be given, and which of them nobody can do without.
/// </summary>
internal sealed class FieldLedger
{
    private readonly Dictionary<string, Lazy<DialectFields>> _sources;

    // A dialect's file is read when its first caller comes: most processes only ever speak one or two.
    private FieldLedger()
    {
        _sources = new Dictionary<string, Lazy<DialectFields>>();
        foreach (var name in Dialects)
        {
            _sources.Add(name, new Lazy<DialectFields>(() => DialectFields.Load(name)));
        }
    }

    public static IReadOnlyList<string> Dialects { get; } = ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "ollama"];

    public static FieldLedger Load() => new();

    /// <summary>The verdict about a field, or null when the ledger does not know the field or the target has no such operation.</summary>
    public Verdict? Of(string source, FieldDirection direction, string path, string target, FieldOperation operation = FieldOperation.Chat) =>
        Find(source, direction, path, target, operation)?.Verdict;

    /// <summary>Like <see cref="Of"/>, with who reports the loss.</summary>
    public FieldVerdict? Find(string source, FieldDirection direction, string path, string target, FieldOperation operation)
    {
        var fields = _sources[source].Value.For(operation);
        var index = fields?.IndexOf(target) ?? -1;
        return index < 0 ? null : fields!.For(direction)?.Tree.Find(FieldPath.Parse(path), index)?[index];
    }

    /// <summary>The dialects that a request of this kind can be translated to.</summary>
    public IReadOnlyList<string> TargetsOf(string source, FieldOperation operation) => _sources[source].Value.For(operation)?.Targets ?? [];

    public IReadOnlyList<FieldRow> RowsOf(string source, FieldDirection direction, FieldOperation operation) =>
        _sources[source].Value.For(operation)?.For(direction)?.Rows ?? [];

    /// <summary>
    /// Adds to <paramref name="losses"/> each field of the caller's body that the target will not be given or that the gateway imitates,
    /// fields that no ledger knows included. What comes back must be answered with 400. Null values count as absent.
    /// </summary>
    public IReadOnlyList<RefusedField> AssessRequest(
        JsonElement body, string source, string target, LossReport losses, FieldOperation operation = FieldOperation.Chat)
    {
        if (source == target)
        {
            return [];
        }

        var fields = _sources[source].Value.For(operation);
        var index = fields?.IndexOf(target) ?? -1;
        if (index < 0)
        {
            throw new ArgumentException($"{source} has no {operation} request that {target} could answer.", nameof(target));
        }

        return new FieldWalk(losses, index).Assess(body, fields!.For(FieldDirection.Request)!.Tree.Root);
    }
}
