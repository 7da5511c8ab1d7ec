using System.Globalization;

namespace Signalbox.Configuration.Fields;

/// <summary>Durations as people write them: a whole number and a unit, without blanks.</summary>
internal static class DurationText
{
    public const string Pattern = "[0-9]+(ms|s|m|h)";

    private const string Complaint = "is not a duration; write a whole number and ms, s, m or h, like 500ms, 30s, 2m or 24h";

    // Timers cannot wait much longer than this, and nobody means to.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    public static string? TryParse(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0)
        {
            return Complaint;
        }

        foreach (var (unit, length) in Units)
        {
            if (!text.AsSpan(digits).SequenceEqual(unit))
            {
                continue;
            }

            if (!long.TryParse(text.AsSpan(0, digits), CultureInfo.InvariantCulture, out var count) || count > Longest / length)
            {
                return "is longer than 720h";
            }

            value = length * count;
            return count == 0 ? "is no time at all; write at least 1ms" : null;
        }

        return Complaint;
    }

    public static string Format(TimeSpan value)
    {
        foreach (var (unit, length) in Units)
        {
            if (value.Ticks % length.Ticks == 0)
            {
                return (value.Ticks / length.Ticks).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return value.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + "ms";
    }
}
