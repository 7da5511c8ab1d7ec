using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Filters that make text of text.</summary>
internal static class JinjaTextFilters
{
    /// <summary>A filter of a change that makes nothing much longer.</summary>
    public static JinjaFilter Of(Func<string, string> change) => (run, value, _) => Change(run, value, change, static (text, change) => change(text));

    public static object? Change<T>(JinjaRun run, object? value, T argument, Func<string, T, string> change)
    {
        var text = JinjaText.Of(run, value);
        return run.Charge(text.Length) ? change(text, argument) : null;
    }

    public static object? Join(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!JinjaAccess.TryItems(run, value, out var items))
        {
            return null;
        }

        var separator = arguments.TryGet(0, "d", out var given) ? JinjaText.Of(run, given) : "";
        var byAttribute = arguments.TryGet(1, "attribute", out var attribute) && attribute is not null;
        var result = new StringBuilder();
        for (var i = 0; i < items.Count && !run.Failed; i++)
        {
            var text = JinjaText.Of(run, byAttribute ? JinjaAccess.Path(run, items[i], attribute) : items[i]);
            if (run.Charge((long)text.Length + separator.Length))
            {
                result.Append(i > 0 ? separator : "").Append(text);
            }
        }

        return result.ToString();
    }

    public static object? Replace(JinjaRun run, object? value, JinjaArguments arguments)
    {
        if (!arguments.TryGet(0, "old", out var old) || !arguments.TryGet(1, "new", out var replacement))
        {
            return run.Fail("replace needs the old and the new text");
        }

        var count = arguments.Integer(2, "count", -1);
        return Replace(run, JinjaText.Of(run, value), JinjaText.Of(run, old), JinjaText.Of(run, replacement), count);
    }

    /// <param name="run">The rendering.</param>
    /// <param name="text">Any text.</param>
    /// <param name="old">If empty, the place between all characters.</param>
    /// <param name="replacement">What stands there after.</param>
    /// <param name="count">How many, from the left; below 0 all.</param>
    public static object? Replace(JinjaRun run, string text, string old, string replacement, long count)
    {
        if (!run.Work(text.Length / 16))
        {
            return null;
        }

        var result = new StringBuilder();
        var from = 0;
        for (var done = 0L; done != count && run.Charge(replacement.Length + 1L); done++)
        {
            var at = text.IndexOf(old, from, StringComparison.Ordinal);
            if (old.Length == 0 && done > 0)
            {
                at = from < text.Length ? from + (char.IsHighSurrogate(text[from]) && from + 1 < text.Length ? 2 : 1) : -1;
            }

            if (at < 0)
            {
                break;
            }

            result.Append(text, from, at - from).Append(replacement);
            from = at + old.Length;
        }

        return run.Charge(text.Length) ? result.Append(text, from, text.Length - from).ToString() : null;
    }

    public static object? Indent(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var text = JinjaText.Of(run, value);
        var width = arguments.Integer(0, "width", 4);
        if (width > JinjaFormat.MaximumWidth)
        {
            return run.Fail("indent is too wide");
        }

        var indent = arguments.Text(0, "width") ?? new string(' ', (int)Math.Max(0, width));
        var blank = arguments.Flag(2, "blank");
        var lines = PythonText.Lines(text + "\n");
        if (!run.Charge(text.Length + (long)lines.Count * (indent.Length + 1)))
        {
            return null;
        }

        var result = new StringBuilder(arguments.Flag(1, "first") ? indent : "");
        for (var i = 0; i < lines.Count; i++)
        {
            result.Append(i > 0 ? "\n" : "").Append(i > 0 && (blank || lines[i].Length > 0) ? indent : "").Append(lines[i]);
        }

        return result.ToString();
    }

    public static object? Center(JinjaRun run, object? value, JinjaArguments arguments) =>
        Pad(run, JinjaText.Of(run, value), arguments.Integer(0, "width", 80), ' ', 0.5);

    /// <param name="run">The rendering.</param>
    /// <param name="text">Any text.</param>
    /// <param name="width">At least as wide it becomes.</param>
    /// <param name="fill">What is added.</param>
    /// <param name="left">How much of it on the left: 0, a half or 1.</param>
    public static object? Pad(JinjaRun run, string text, long width, char fill, double left)
    {
        var missing = width - PythonText.Length(text);
        if (missing <= 0)
        {
            return text;
        }

        if (width > JinjaFormat.MaximumWidth || !run.Charge(width))
        {
            return run.Fail("a text is padded too far");
        }

        // Python puts the odd one on the left where both numbers are odd.
        var before = left == 0.5 ? (int)(missing / 2 + (missing & width & 1)) : (int)(missing * left);
        return new string(fill, before) + text + new string(fill, (int)missing - before);
    }

    public static object? Escape(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var text = JinjaText.Of(run, value);
        return run.Charge(6L * text.Length)
            ? text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
                .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal)
            : null;
    }
}
