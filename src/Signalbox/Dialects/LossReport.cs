using System.Buffers;
using System.Text;

namespace Signalbox.Dialects;

/// <summary>How a field of the caller's request or of the provider's answer was not carried over unchanged.</summary>
internal enum LossKind
{
    /// <summary>Not carried over.</summary>
    Dropped,
    /// <summary>Carried over with another value that comes close.</summary>
    Approximated,
    /// <summary>Brought about by other means than the target protocol's own.</summary>
    Emulated,
}

/// <summary>One field that was not carried over unchanged.</summary>
internal readonly record struct Loss(string Field, LossKind Kind);

/// <summary>Everything that a translation did not carry over unchanged; the response header <c>x-signalbox-loss</c>.</summary>
internal sealed class LossReport
{
    /// <summary>More than any honest request has: a body with a million invented names must not become a million strings.</summary>
    public const int MaxLosses = 256;

    /// <summary>Servers and proxies commonly refuse a header above 8 KB, and this is one of several.</summary>
    public const int MaxHeaderLength = 4096;

    private const int MaxFieldLength = 128;
    private const string AndMore = "...;dropped";

    private static readonly SearchValues<char> HeaderSafe =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]/$=");

    private List<Loss>? _losses;
    private Dictionary<string, int>? _positions;
    private bool _isCut;

    public bool IsEmpty => _losses is null;

    public int Count => _losses?.Count ?? 0;

    /// <summary>True when further fields are no longer told apart; the header then ends in <c>...;dropped</c>.</summary>
    public bool IsFull => Count >= MaxLosses;

    public IReadOnlyList<Loss> Losses => _losses ?? (IReadOnlyList<Loss>)[];

    /// <summary>Notes a loss; a field is named once, with the worse word.</summary>
    /// <param name="field">The field, in the caller's words.</param>
    /// <param name="kind">What became of it.</param>
    /// <param name="alsoKnownAs">The name under which the target's writer may report the same loss again.</param>
    public void Add(string field, LossKind kind, string? alsoKnownAs = null)
    {
        field = Sanitize(field);
        _positions ??= new Dictionary<string, int>(StringComparer.Ordinal);
        if (!_positions.TryGetValue(field, out var position))
        {
            if (IsFull)
            {
                _isCut = true;
                return;
            }

            position = Count;
            _positions.Add(field, position);
            (_losses ??= []).Add(new Loss(field, kind));
        }
        else if (kind == LossKind.Dropped)
        {
            // What was approximated in one message and dropped in another was, to its sender, dropped.
            _losses![position] = _losses[position] with { Kind = kind };
        }

        if (alsoKnownAs is not null)
        {
            _positions.TryAdd(alsoKnownAs, position);
        }
    }

    /// <summary>The header's value: <c>field;kind</c>, comma separated; at most 4 KB, then <c>...;dropped</c>.</summary>
    public string ToHeaderValue()
    {
        var text = new StringBuilder();
        foreach (var (field, kind) in Losses)
        {
            var word = Word(kind);
            if (text.Length + field.Length + word.Length + AndMore.Length + 5 > MaxHeaderLength)
            {
                return text.Append(", ").Append(AndMore).ToString();
            }

            text.Append(text.Length == 0 ? "" : ", ").Append(field).Append(';').Append(word);
        }

        return _isCut ? text.Append(", ").Append(AndMore).ToString() : text.ToString();
    }

    private static string Word(LossKind kind) => kind switch
    {
        LossKind.Dropped => "dropped",
        LossKind.Approximated => "approximated",
        _ => "emulated",
    };

    /// <summary>Names come from the caller's body: nothing of them may end the header's line or look like its own marks.</summary>
    private static string Sanitize(string field)
    {
        if (field.Length is > 0 and <= MaxFieldLength && !field.AsSpan().ContainsAnyExcept(HeaderSafe))
        {
            return field;
        }

        var length = Math.Min(field.Length, MaxFieldLength);
        return length == 0 ? "_" : string.Create(length, field, static (safe, given) =>
        {
            for (var i = 0; i < safe.Length; i++)
            {
                safe[i] = HeaderSafe.Contains(given[i]) ? given[i] : '_';
            }
        });
    }
}
