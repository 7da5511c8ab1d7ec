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
    private const int MaxHeaderLength = 4096;
    private List<Loss>? _losses;

    public bool IsEmpty => _losses is null;

    public IReadOnlyList<Loss> Losses => _losses ?? (IReadOnlyList<Loss>)[];

    /// <summary>Notes a loss; a field is named once.</summary>
    public void Add(string field, LossKind kind)
    {
        _losses ??= [];
        foreach (var loss in _losses)
        {
            if (loss.Field == field)
            {
                return;
            }
        }

        _losses.Add(new Loss(field, kind));
    }

    /// <summary>The header's value: <c>field;kind</c>, comma separated; at most 4 KB, then <c>...</c>.</summary>
    public string ToHeaderValue()
    {
        var text = new StringBuilder();
        foreach (var (field, kind) in Losses)
        {
            if (text.Length + field.Length > MaxHeaderLength)
            {
                text.Append(", ...;dropped");
                break;
            }

            text.Append(text.Length == 0 ? "" : ", ");
            foreach (var c in field)
            {
                text.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '[' or ']' or '/' or '$' or '=' ? c : '_');
            }

            text.Append(';').Append(kind switch { LossKind.Dropped => "dropped", LossKind.Approximated => "approximated", _ => "emulated" });
        }

        return text.ToString();
    }
}
