using System.Text.Json;

namespace Signalbox.Dialects.Fields;

/// <summary>The ledger of one shape: its rows as they were written, and the tree made of them when it is first needed.</summary>
internal sealed class FieldSection
{
    private readonly Lazy<FieldTree> _tree;

    private FieldSection(IReadOnlyList<FieldRow> rows, int targets, bool acceptsSnakeCase)
    {
        Rows = rows;
        _tree = new Lazy<FieldTree>(() => FieldTree.Build(rows, targets, acceptsSnakeCase));
    }

    public IReadOnlyList<FieldRow> Rows { get; }

    public FieldTree Tree => _tree.Value;

    /// <summary>Null when the operation has no such shape (no stream of its own, say).</summary>
    public static FieldSection? Read(JsonElement operation, string name, int targets, bool acceptsSnakeCase)
    {
        if (!operation.TryGetProperty(name, out var published))
        {
            return null;
        }

        var rows = new List<FieldRow>();
        AddRows(rows, published, targets, isExtension: false);
        if (operation.TryGetProperty(name + "Extensions", out var extensions))
        {
            AddRows(rows, extensions, targets, isExtension: true);
        }

        return new FieldSection(rows, targets, acceptsSnakeCase);
    }

    private static void AddRows(List<FieldRow> rows, JsonElement section, int targets, bool isExtension)
    {
        foreach (var row in section.EnumerateObject())
        {
            rows.Add(FieldRow.Parse(row.Name, row.Value.GetString()!, targets, isExtension));
        }
    }
}
