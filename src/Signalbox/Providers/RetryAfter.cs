using System.Globalization;
using System.Net.Http.Headers;

namespace Signalbox.Providers;

/// <summary>Reads how long a provider asks to wait, from this attempt's answer alone.</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary><c>retry-after-ms</c> and Azure's twin in milliseconds, else <c>retry-after</c> in seconds or as a date.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        foreach (var name in (ReadOnlySpan<string>)["retry-after-ms", "x-ms-retry-after-ms"])
        {
            if (headers.NonValidated.TryGetValues(name, out var values) && Milliseconds(values.ToString()) is { } wait)
            {
                return wait;
            }
        }

        return headers.NonValidated.TryGetValues("retry-after", out var stated) ? Parse(stated.ToString(), now) : null;
    }

    public static TimeSpan? Parse(string value, DateTimeOffset now)
    {
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return Bound(TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds)));
        }

        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? Bound(date - now) : null;
    }

    private static TimeSpan? Milliseconds(string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds)
            ? Bound(TimeSpan.FromMilliseconds(Math.Min(milliseconds, Longest.TotalMilliseconds)))
            : null;

    private static TimeSpan Bound(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
}
