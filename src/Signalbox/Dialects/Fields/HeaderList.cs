namespace Signalbox.Dialects.Fields;

/// <summary>Header names, some of them prefixes (<c>x-ratelimit-*</c>), compared as HTTP does: without regard to case.</summary>
internal sealed class HeaderList
{
    // A plain set: a frozen one is a little faster to ask and costs ten milliseconds of every process start.
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _prefixes = [];

    public void Add(string entry)
    {
        if (entry.EndsWith('*'))
        {
            _prefixes.Add(entry[..^1]);
        }
        else
        {
            _names.Add(entry);
        }
    }

    public bool Contains(string name)
    {
        if (_names.Contains(name))
        {
            return true;
        }

        foreach (var prefix in _prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
