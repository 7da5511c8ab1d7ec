using System.Text.Json;
using Signalbox.Inference.Grammars.Terminals;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>Reads and joins what schemas say about numbers.</summary>
internal static class SchemaNumbers
{
    /// <summary>Beyond what any answer writes (15 digits), and within what a decimal holds.</summary>
    private const decimal Beyond = 1e20m;

    public static NumberRange Read(SchemaNode node)
    {
        var (minimum, excludesMinimum) = Bound(node, "minimum", "exclusiveMinimum", isMinimum: true);
        var (maximum, excludesMaximum) = Bound(node, "maximum", "exclusiveMaximum", isMinimum: false);
        decimal? multiple = node.Has("multipleOf", out var step) ? Value(step) : null;
        return new NumberRange(false, minimum, excludesMinimum, maximum, excludesMaximum, multiple);
    }

    /// <summary>What holds for both. A multiple of two steps is one of their least common multiple, 0 where that is out of reach.</summary>
    public static NumberRange Both(NumberRange a, NumberRange b)
    {
        var (minimum, excludesMinimum) = Tighter(a.Minimum, a.ExcludesMinimum, b.Minimum, b.ExcludesMinimum, 1);
        var (maximum, excludesMaximum) = Tighter(a.Maximum, a.ExcludesMaximum, b.Maximum, b.ExcludesMaximum, -1);
        var step = a.MultipleOf is { } x && b.MultipleOf is { } y ? Common(x, y) : a.MultipleOf ?? b.MultipleOf;
        return new NumberRange(a.IsInteger || b.IsInteger, minimum, excludesMinimum, maximum, excludesMaximum, step);
    }

    public static bool IsEmpty(NumberRange range) =>
        range.Minimum > range.Maximum || (range.Minimum == range.Maximum && (range.ExcludesMinimum || range.ExcludesMaximum) && range.Minimum is not null);

    private static (decimal? Bound, bool Excludes) Bound(SchemaNode node, string inclusive, string exclusive, bool isMinimum)
    {
        decimal? bound = node.Has(inclusive, out var value) ? Value(value) : null;
        if (!node.Has(exclusive, out var other))
        {
            return (bound, false);
        }

        // Draft 4 has a flag here, later ones a bound of its own.
        return other.ValueKind == JsonValueKind.Number
            ? Tighter(bound, false, Value(other), true, isMinimum ? 1 : -1)
            : (bound, bound is not null && other.GetBoolean());
    }

    private static (decimal? Bound, bool Excludes) Tighter(decimal? a, bool excludesA, decimal? b, bool excludesB, int sign)
    {
        if (a is null || b is null)
        {
            return a is null ? (b, excludesB) : (a, excludesA);
        }

        var order = a.Value.CompareTo(b.Value) * sign;
        return order == 0 ? (a, excludesA || excludesB) : order > 0 ? (a, excludesA) : (b, excludesB);
    }

    private static decimal Value(JsonElement number) =>
        number.TryGetDecimal(out var value) ? Math.Clamp(value, -Beyond, Beyond) : number.GetDouble() is var wide && wide > 0 ? Beyond : -Beyond;

    private static decimal Common(decimal a, decimal b)
    {
        for (var multiple = a; b > 0 && multiple < a * 10_000; multiple += a)
        {
            if (multiple % b == 0)
            {
                return multiple;
            }
        }

        return 0;
    }
}
