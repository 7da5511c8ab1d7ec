using System.Text;
using System.Text.Json;

namespace Signalbox.Dialects.Fields;

/// <summary>The rows of one shape (say, the chat request of one dialect) as the tree that bodies and paths are looked up in.</summary>
internal sealed class FieldTree
{
    private readonly bool _acceptsSnakeCase;

    private FieldTree(bool acceptsSnakeCase) => _acceptsSnakeCase = acceptsSnakeCase;

    public FieldNode Root { get; } = new("");

    /// <param name="rows">The rows of one shape.</param>
    /// <param name="targets">How many targets each row speaks of.</param>
    /// <param name="acceptsSnakeCase">True where the protocol takes <c>snake_case</c> for every camelCase name, as protobuf's JSON does.</param>
    public static FieldTree Build(IReadOnlyList<FieldRow> rows, int targets, bool acceptsSnakeCase)
    {
        var tree = new FieldTree(acceptsSnakeCase);
        foreach (var row in rows)
        {
            tree.Add(row);
        }

        for (var target = 0; target < targets; target++)
        {
            Inherit(tree.Root, null, target);
        }

        foreach (var row in rows)
        {
            if (row.SameAs is { } other)
            {
                tree.Make(row.Path).ShareWith(tree.Find(FieldPath.Parse(other)) ?? throw new FormatException($"'{row.Path.Text}': there is no row '{other}'."));
            }
        }

        return tree;
    }

    /// <summary>The node that decides about a path: its own, or that of the field above it that is left out whole; null if the ledger does not know it.</summary>
    public FieldNode? Find(FieldPath path, int target = 0)
    {
        var node = Root;
        foreach (var step in path.Steps)
        {
            var next = step.Kind == FieldStepKind.Member ? Member(node, step.Text) : Item(node, step.Text);
            if (next is null)
            {
                return node.IsUserData || node[target] is { CoversChildren: true } ? node : null;
            }

            node = next;
        }

        return path.Value is null ? node : node.ForValue(path.Value) ?? node;
    }

    private static FieldNode? Member(FieldNode node, string name) => node.Members is { } members && members.TryGet(name, out var member) ? member : null;

    private static FieldNode? Item(FieldNode node, string kind)
    {
        if (!node.HasKinds)
        {
            return node.AnyItem ?? (node.IsUserData ? null : node);
        }

        if (kind.Length == 0)
        {
            return node.AnyItem;
        }

        // A row of the ledger may name a whole family of kinds: web_search_* finds itself.
        return node.TryGetKind(Encoding.UTF8.GetBytes(kind.TrimEnd('*')), out var item) ? item : null;
    }

    /// <summary>A row's verdicts hold for what is below it when they leave it out; items of an array share all verdicts of the array.</summary>
    private static void Inherit(FieldNode node, FieldVerdict? above, int target)
    {
        node[target] ??= above;
        var verdict = node[target];
        var forMembers = verdict is { CoversChildren: true } ? verdict : null;
        foreach (var member in node.MemberNodes())
        {
            Inherit(member, forMembers, target);
        }

        foreach (var same in node.ItemAndValueNodes())
        {
            Inherit(same, verdict, target);
        }
    }

    private void Add(FieldRow row)
    {
        var node = Make(row.Path);
        if (row.Path.Value is { } value)
        {
            var narrowed = new FieldNode(node.Label);
            node.AddValue(value, narrowed);
            node = narrowed;
        }

        if (row.SameAs is null)
        {
            node.Apply(row);
        }
    }

    private FieldNode Make(FieldPath path)
    {
        var node = Root;
        foreach (var step in path.Steps)
        {
            node = step.Kind == FieldStepKind.Member ? MakeMember(node, step.Text) : MakeItem(node, step.Text);
        }

        return node;
    }

    private FieldNode MakeMember(FieldNode node, string name)
    {
        node.Members ??= new FieldNames();
        if (!node.Members.TryGet(name, out var member))
        {
            member = new FieldNode(node.Label.Length == 0 ? name : $"{node.Label}.{name}");
            node.Members[name] = member;
            if (_acceptsSnakeCase)
            {
                node.Members[JsonNamingPolicy.SnakeCaseLower.ConvertName(name)] = member;
            }
        }

        return member;
    }

    private static FieldNode MakeItem(FieldNode node, string kind)
    {
        if (kind.Length == 0)
        {
            return node.AnyItem ??= new FieldNode(node.Label);
        }

        var prefix = kind.TrimEnd('*');
        var isFamily = prefix.Length < kind.Length;
        if (isFamily ? node.TryGetKind(Encoding.UTF8.GetBytes(prefix), out var item) : node.Kinds is not null && node.Kinds.TryGet(kind, out item))
        {
            return item!;
        }

        item = new FieldNode(node.Label, kindOf: node.LastMember);
        if (isFamily)
        {
            node.AddKindPrefix(prefix, item);
        }
        else
        {
            (node.Kinds ??= new FieldNames())[kind] = item;
        }

        return item;
    }
}
