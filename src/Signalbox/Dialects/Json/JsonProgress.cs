namespace Signalbox.Dialects.Json;

/// <summary>Notices when JSON text that arrives in fragments is a whole object.</summary>
internal struct JsonProgress
{
    private int _depth;
    private bool _started;
    private bool _inString;
    private bool _escaped;

    /// <summary>Whether the object that was begun is closed.</summary>
    public readonly bool IsWhole => _started && _depth == 0;

    public void Add(ReadOnlySpan<char> fragment)
    {
        while (true)
        {
            var next = _inString ? NextInString(ref fragment) : fragment.IndexOfAny("{}[]\"");
            if (next < 0)
            {
                return;
            }

            switch (fragment[next])
            {
                case '"': _inString = !_inString; break;
                case '{' or '[': _depth++; _started = true; break;
                case '}' or ']': _depth--; break;
            }

            fragment = fragment[(next + 1)..];
        }
    }

    /// <summary>The closing quote; an escaped character is no quote, even when the fragment ends between the two.</summary>
    private int NextInString(ref ReadOnlySpan<char> fragment)
    {
        while (!fragment.IsEmpty)
        {
            if (_escaped)
            {
                _escaped = false;
                fragment = fragment[1..];
                continue;
            }

            var next = fragment.IndexOfAny('"', '\\');
            if (next < 0 || fragment[next] == '"')
            {
                return next;
            }

            _escaped = true;
            fragment = fragment[(next + 1)..];
        }

        return -1;
    }
}
