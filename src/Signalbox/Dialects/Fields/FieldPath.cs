namespace Signalbox.Dialects.Fields;

internal enum FieldStepKind
{
    /// <summary>A member of an object.</summary>
    Member,

    /// <summary>An item of an array; the text is its <c>type</c>, or empty for any item.</summary>
    Item,
}

internal readonly record struct FieldStep(FieldStepKind Kind, string Text);

/// <summary>
/// Where a field is: <c>messages[].content[type=image_url].image_url.detail</c>. A <c>{}</c> at the end says that everything below is
/// the user's own (a JSON schema, a map of labels), and <c>=value</c> narrows a row to one value of the field.
/// </summary>
internal sealed record FieldPath(string Text, IReadOnlyList<FieldStep> Steps, string? Value, bool IsUserData)
{
    private const string TypeSelector = "type=";

    public static FieldPath Parse(string text)
    {
        var isUserData = text.EndsWith("{}", StringComparison.Ordinal);
        var rest = isUserData ? text[..^2] : text;
        var steps = new List<FieldStep>();
        string? value = null;
        var start = 0;
        while (start < rest.Length)
        {
            var end = rest.AsSpan(start).IndexOfAny('[', '.', '=');
            end = end < 0 ? rest.Length : start + end;
            if (end > start)
            {
                steps.Add(new FieldStep(FieldStepKind.Member, rest[start..end]));
            }

            if (end < rest.Length && rest[end] == '=')
            {
                value = rest[(end + 1)..];
                break;
            }

            start = end < rest.Length && rest[end] == '[' ? ReadItem(rest, end, steps) : end + 1;
        }

        return steps.Count > 0 ? new FieldPath(text, steps, value, isUserData) : throw new FormatException($"'{text}' names no field.");
    }

    private static int ReadItem(string text, int open, List<FieldStep> steps)
    {
        var close = text.IndexOf(']', open);
        var selector = close < 0 ? null : text[(open + 1)..close];
        if (selector is null || (selector.Length > 0 && !selector.StartsWith(TypeSelector, StringComparison.Ordinal)))
        {
            throw new FormatException($"'{text}': an array is written [] or [type=...].");
        }

        steps.Add(new FieldStep(FieldStepKind.Item, selector.Length == 0 ? "" : selector[TypeSelector.Length..]));
        return close + 1;
    }
}
