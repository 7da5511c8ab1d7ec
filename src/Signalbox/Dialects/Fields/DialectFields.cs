using System.Reflection;
using System.Text.Json;

namespace Signalbox.Dialects.Fields;

/// <summary>The ledger of one source dialect, read from <c>Dialects/Fields/{dialect}.json</c>.</summary>
internal sealed class DialectFields
{
    private static readonly string[] SectionNames = ["request", "response", "stream"];

    private static readonly (FieldOperation Operation, string Name)[] OperationNames =
        [(FieldOperation.Chat, "chat"), (FieldOperation.Completion, "completion"), (FieldOperation.Embedding, "embedding")];

    private readonly Dictionary<FieldOperation, OperationFields> _operations;

    private DialectFields(Dictionary<FieldOperation, OperationFields> operations) => _operations = operations;

    public IReadOnlyCollection<FieldOperation> Operations => _operations.Keys;

    public static DialectFields Load(string dialect)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"fields/{dialect}.json")
            ?? throw new ArgumentException($"There is no field ledger for '{dialect}'.", nameof(dialect));
        using var document = JsonDocument.Parse(stream, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        var root = document.RootElement;
        var acceptsSnakeCase = root.TryGetProperty("acceptsSnakeCase", out var flag) && flag.GetBoolean();
        var operations = new Dictionary<FieldOperation, OperationFields>();
        foreach (var (operation, name) in OperationNames)
        {
            if (root.TryGetProperty(name, out var fields))
            {
                operations[operation] = OperationFields.Read(fields, acceptsSnakeCase);
            }
        }

        return new DialectFields(operations);
    }

    public OperationFields? For(FieldOperation operation) => _operations.GetValueOrDefault(operation);

    internal sealed record OperationFields(string[] Targets, FieldSection?[] Sections)
    {
        public int IndexOf(string target) => Array.IndexOf(Targets, target);

        /// <summary>Most protocols stream the shape that they answer with; only two have events of their own.</summary>
        public FieldSection? For(FieldDirection direction) =>
            Sections[(int)direction] ?? (direction == FieldDirection.Stream ? Sections[(int)FieldDirection.Response] : null);

        public static OperationFields Read(JsonElement operation, bool acceptsSnakeCase)
        {
            var given = operation.GetProperty("targets");
            var targets = new string[given.GetArrayLength()];
            for (var i = 0; i < targets.Length; i++)
            {
                targets[i] = given[i].GetString()!;
            }

            var sections = new FieldSection?[SectionNames.Length];
            for (var i = 0; i < sections.Length; i++)
            {
                sections[i] = FieldSection.Read(operation, SectionNames[i], targets.Length, acceptsSnakeCase);
            }

            return new OperationFields(targets, sections);
        }
    }
}
