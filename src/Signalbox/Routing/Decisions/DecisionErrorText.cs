using Signalbox.Configuration.Fields;
using Signalbox.Dialects;
using Signalbox.Providers;

namespace Signalbox.Routing.Decisions;

/// <summary>
/// What a decision says of an error. A provider's own text may quote the request, so it is kept only where the failure has nothing
/// to do with the content; configured credentials are blotted out wherever they stand.
/// </summary>
internal static class DecisionErrorText
{
    private const int LongestText = 300;

    /// <summary>Shorter values are no secrets, and blotting them out would spoil sentences.</summary>
    private const int ShortestSecret = 8;

    private const string Blot = "[hidden]";

    public static string Of(GatewayError error, DecisionRecord decision)
    {
        if (error.IsProvidersText && !IsAboutTheCall(error.Kind))
        {
            return $"The provider's error ({error.Status}{(error.Code is null ? "" : ", " + Words.Shorten(error.Code))}); its text is not kept, because it may quote the request.";
        }

        return Words.Shorten(WithoutSecrets(error.Message, decision), LongestText);
    }

    private static bool IsAboutTheCall(ErrorKind kind) => kind is ErrorKind.Authentication or ErrorKind.Permission or ErrorKind.NotFound
        or ErrorKind.RateLimited or ErrorKind.BudgetExceeded or ErrorKind.Overloaded;

    private static string WithoutSecrets(string text, DecisionRecord decision)
    {
        foreach (var candidate in decision.Plan?.Candidates ?? [])
        {
            if (candidate.Deployment.Provider is HttpProvider { Config: var config })
            {
                text = Without(text, config.ApiKey);
                foreach (var value in config.Headers.Values)
                {
                    text = Without(text, value);
                }
            }
        }

        return text;
    }

    private static string Without(string text, string? secret) => secret is not { Length: >= ShortestSecret } ? text : text.Replace(secret, Blot, StringComparison.Ordinal);
}
