using System.Diagnostics.CodeAnalysis;
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
    private const int LongestWord = 160;
    private const int MostKept = 4096;

    /// <summary>Shorter values are no secrets, and blotting them out would spoil sentences.</summary>
    private const int ShortestSecret = 8;

    private const string Blot = "[hidden]";

    /// <summary>
    /// The error without what must not be kept: a decision outlives its request, and there are many of them. Far more is kept than is
    /// ever written, so that no credential is cut in two before it is blotted out.
    /// </summary>
    public static GatewayError? ToKeep(GatewayError? error)
    {
        if (error is null)
        {
            return null;
        }

        var text = IsKept(error) ? Cut(error.Message, MostKept) : "";
        return ReferenceEquals(text, error.Message) && error.Code is not { Length: > LongestWord } && error.Field is not { Length: > LongestWord }
            ? error
            : error with { Message = text, Code = Cut(error.Code, LongestWord), Field = Cut(error.Field, LongestWord) };
    }

    public static string Of(GatewayError error, DecisionRecord decision)
    {
        if (!IsKept(error))
        {
            return $"The provider's error ({error.Status}{(error.Code is null ? "" : ", " + Words.Shorten(error.Code))}); its text is not kept, because it may quote the request.";
        }

        return Words.Shorten(WithoutSecrets(error.Message, decision), LongestText);
    }

    private static bool IsKept(GatewayError error) => !error.IsProvidersText || IsAboutTheCall(error.Kind);

    [return: NotNullIfNotNull(nameof(text))]
    private static string? Cut(string? text, int longest) => text?.Length > longest ? text[..longest] : text;

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
