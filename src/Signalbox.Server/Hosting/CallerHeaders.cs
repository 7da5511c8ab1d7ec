using Signalbox.Dialects;
using Signalbox.Dialects.Fields;

namespace Signalbox.Server.Hosting;

/// <summary>Picks out of the caller's headers.</summary>
internal static class CallerHeaders
{
    private const string HintPrefix = "x-signalbox-";
    private const string Bearer = "Bearer ";
    private static readonly string[] KeyHeaders = ["Authorization", "x-api-key", "x-goog-api-key"];

    /// <summary>What the caller says to the gateway itself.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Hints(HttpContext http)
    {
        List<KeyValuePair<string, string>>? hints = null;
        foreach (var (name, values) in http.Request.Headers)
        {
            if (name.StartsWith(HintPrefix, StringComparison.OrdinalIgnoreCase))
            {
                (hints ??= []).Add(new(name, values.ToString()));
            }
        }

        return hints ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }

    /// <summary>The key as the caller's SDK sends it; null without one.</summary>
    public static string? PresentedKey(HttpContext http)
    {
        var headers = http.Request.Headers;
        foreach (var name in KeyHeaders)
        {
            if (headers.TryGetValue(name, out var values) && values.Count > 0)
            {
                var key = values.ToString();
                return key.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? key[Bearer.Length..] : key;
            }
        }

        return http.Request.Query.TryGetValue("key", out var inQuery) ? inQuery.ToString() : null;
    }

    /// <summary>What a provider of the same dialect is given, by the header ledger.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Passed(HttpContext http, HeaderLedger ledger, IDialect dialect)
    {
        List<KeyValuePair<string, string>>? passed = null;
        foreach (var (name, values) in http.Request.Headers)
        {
            if (ledger.PassesRequest(dialect.Family, name))
            {
                (passed ??= []).Add(new(name, values.ToString()));
            }
        }

        return passed ?? (IReadOnlyList<KeyValuePair<string, string>>)[];
    }
}
