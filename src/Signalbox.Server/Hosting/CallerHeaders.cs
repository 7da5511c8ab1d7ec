using Signalbox.Dialects;
using Signalbox.Dialects.Fields;

namespace Signalbox.Server.Hosting;

/// <summary>Picks the caller's headers that a provider of the same dialect is given, by the header ledger.</summary>
internal static class CallerHeaders
{
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
