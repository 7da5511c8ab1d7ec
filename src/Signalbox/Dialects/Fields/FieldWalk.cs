using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Signalbox.Dialects.Fields;

/// <summary>One pass over one body. Nothing is allocated unless something is lost.</summary>
internal ref struct FieldWalk(LossReport losses, int target)
{
    /// <summary>Stands for all that a full report no longer lists.</summary>
    private const string More = "...";

    private List<RefusedField>? _refused;

    public IReadOnlyList<RefusedField> Assess(JsonElement body, FieldNode root)
    {
        if (body.ValueKind == JsonValueKind.Object)
        {
            Members(body, root);
        }

        return _refused ?? (IReadOnlyList<RefusedField>)[];
    }

    private void Members(JsonElement value, FieldNode node)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (TryGetMember(node, property, out var member))
            {
                Field(property.Value, member);
            }
            else if (!IsGatewaysOwn(node, property))
            {
                losses.Add(losses.IsFull ? More : Below(node.Label, property.Name), LossKind.Dropped);
            }
        }
    }

    private void Field(JsonElement value, FieldNode field)
    {
        var node = field.ForValue(value);
        var verdict = node[target];
        switch (verdict)
        {
            case { Verdict: Verdict.Refused } when !IsEmpty(value, node):
                Refuse(value, node);
                return;
            case { Verdict: Verdict.Dropped or Verdict.Emulated, IsSilent: false } when !IsEmpty(value, node):
                Lose(value, node, verdict.Value.Verdict == Verdict.Emulated ? LossKind.Emulated : LossKind.Dropped);
                return;
            case { CoversChildren: true }:
                return;
        }

        if (node.IsUserData)
        {
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Members(value, node);
                break;
            case JsonValueKind.Array:
                Items(value, node);
                break;
        }
    }

    private void Refuse(JsonElement value, FieldNode node)
    {
        var field = node.KindOf is { } kindOf && TryGetType(value, out var type) ? Below(kindOf, type.GetString()!) : node.Label;
        _refused ??= [];
        foreach (var refused in _refused)
        {
            if (refused.Field == field)
            {
                return;
            }
        }

        _refused.Add(new RefusedField(field, node.Note));
    }

    private void Items(JsonElement array, FieldNode node)
    {
        if (node.AnyItem is null && !node.HasKinds)
        {
            return;
        }

        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            if (!node.HasKinds || !TryGetType(item, out var type))
            {
                if (node.AnyItem is { } any)
                {
                    Field(item, any);
                }
            }
            else if (TryGetKind(node, type, out var kind))
            {
                Field(item, kind);
            }
            else
            {
                LoseKind(node.LastMember, type, LossKind.Dropped);
            }
        }
    }

    private void Lose(JsonElement value, FieldNode node, LossKind kind)
    {
        if (node.KindOf is { } kindOf && TryGetType(value, out var type))
        {
            LoseKind(kindOf, type, kind);
        }
        else
        {
            losses.Add(node.Label, kind, node.AlsoKnownAs);
        }
    }

    /// <summary>An item is named by its kind (<c>tools.web_search</c>): the other items of its array go on.</summary>
    private void LoseKind(string kindOf, JsonElement type, LossKind kind)
    {
        if (losses.IsFull)
        {
            losses.Add(More, kind);
            return;
        }

        // Writers call every content that only its own dialect knows content.<type>.
        var name = type.GetString()!;
        losses.Add(Below(kindOf, name), kind, Below("content", name));
    }

    private static bool TryGetMember(FieldNode node, JsonProperty property, [NotNullWhen(true)] out FieldNode? member)
    {
        member = null;
        if (node.Members is null)
        {
            return false;
        }

        // The raw bytes need no string; only a name written with escapes has to be read first.
        var name = JsonMarshal.GetRawUtf8PropertyName(property);
        return name.Contains((byte)'\\') ? node.Members.TryGet(property.Name, out member) : node.Members.TryGet(name, out member);
    }

    private static bool TryGetKind(FieldNode node, JsonElement type, [NotNullWhen(true)] out FieldNode? kind)
    {
        var raw = JsonMarshal.GetRawUtf8Value(type)[1..^1];
        return node.TryGetKind(raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(type.GetString()!) : raw, out kind);
    }

    private static bool TryGetType(JsonElement item, out JsonElement type)
    {
        type = default;
        return item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type"u8, out type) && type.ValueKind == JsonValueKind.String;
    }

    /// <summary>An empty list, or an empty map of the user's own names, says nothing that could be lost.</summary>
    private static bool IsEmpty(JsonElement value, FieldNode node) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => node.IsUserData && value.GetPropertyCount() == 0,
        _ => false,
    };

    /// <summary>The <c>signalbox</c> object is for the gateway and never meant to be sent on.</summary>
    private static bool IsGatewaysOwn(FieldNode node, JsonProperty property) => node.Label.Length == 0 && property.NameEquals("signalbox"u8);

    private static string Below(string label, string name) => label.Length == 0 ? name : $"{label}.{name}";
}
