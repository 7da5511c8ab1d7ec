using System.Globalization;
using System.Text;

namespace Signalbox.Configuration.Fields;

/// <summary>Where a value stands in the file. A chain of names, turned into a JSON path only when a problem needs one.</summary>
internal sealed class ConfigPath
{
    public static readonly ConfigPath Root = new(null, "$");

    private readonly ConfigPath? _parent;
    private readonly string _step;

    private ConfigPath(ConfigPath? parent, string step) => (_parent, _step) = (parent, step);

    /// <summary>A place that is not in the file: an environment variable, a file.</summary>
    public static ConfigPath Outside(string place) => new(null, place);

    public ConfigPath Field(string name) => new(this, IsPlain(name) ? "." + name : $"['{Escape(name)}']");

    public ConfigPath Item(int index) => new(this, $"[{index.ToString(CultureInfo.InvariantCulture)}]");

    public override string ToString()
    {
        var steps = new List<string>();
        for (var at = this; at is not null; at = at._parent)
        {
            steps.Add(at._step);
        }

        steps.Reverse();
        return string.Concat(steps);
    }

    // The shorthand of RFC 9535, and '$schema'.
    private static bool IsPlain(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '$'))
            {
                return false;
            }
        }

        return true;
    }

    private static string Escape(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in Words.Shorten(name))
        {
            _ = c is '\'' or '\\' ? text.Append('\\').Append(c) : text.Append(c);
        }

        return text.ToString();
    }
}
