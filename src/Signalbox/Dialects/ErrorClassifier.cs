namespace Signalbox.Dialects;

/// <summary>
/// Decides what kind of failure a provider's error is. Codes come first; where providers have no common code (context
/// overflow, used-up quota) their known wordings decide.
/// </summary>
internal static class ErrorClassifier
{
    private static readonly string[] ContextCodes = ["context_length_exceeded", "string_above_max_length", "request_too_large"];

    private static readonly string[] ContextWords =
    [
        "maximum context length", "context length", "context window", "context_length", "prompt is too long", "input is too long", "length of all messages is too long",
        "exceeds the maximum number of tokens", "input token count", "too many tokens", "exceed context limit", "exceeds the available context size",
        "reduce the length of the messages", "n_ctx",
    ];

    private static readonly string[] QuotaCodes =
    [
        "insufficient_quota", "credit_balance_exhausted", "organization_usage_limit_exceeded", "project_spend_limit_exceeded", "billing_error",
        "billing_hard_limit_reached", "insufficient_credits", "quota_exceeded",
    ];

    private static readonly string[] QuotaWords =
    [
        "exceeded your current quota", "insufficient credits", "credit balance is too low", "billing", "spend limit", "insufficient balance", "out of credits",
    ];

    private static readonly string[] FilterWords = ["content_filter", "content management policy", "responsibleaipolicyviolation", "content_policy_violation", "safety system"];

    private static readonly string[] KeyWords = ["api key not valid", "invalid api key", "incorrect api key", "api_key_invalid", "invalid_api_key", "invalid x-api-key"];

    public static ErrorKind Classify(int status, string? code, string? type, string message)
    {
        if (IsAny(QuotaCodes, code) || IsAny(QuotaCodes, type) || status == 402 || (code ?? type ?? "").EndsWith("_spend_limit_exceeded", StringComparison.Ordinal)
            || (status is 429 or 403 && Mentions(QuotaWords, message)))
        {
            return ErrorKind.BudgetExceeded;
        }

        if (IsAny(ContextCodes, code) || (status is 400 or 413 or 422 or 500 && Mentions(ContextWords, message)))
        {
            return ErrorKind.ContextLength;
        }

        if (status is 400 or 403 && (Mentions(FilterWords, code ?? "") || Mentions(FilterWords, message)))
        {
            return ErrorKind.ContentFiltered;
        }

        if (status == 400 && (Mentions(KeyWords, message) || Mentions(KeyWords, code ?? "")))
        {
            return ErrorKind.Authentication;
        }

        return type == "overloaded_error" || code is "server_is_overloaded" or "slow_down" ? ErrorKind.Overloaded : ByStatus(status);
    }

    public static ErrorKind ByStatus(int status) => status switch
    {
        401 => ErrorKind.Authentication,
        402 => ErrorKind.BudgetExceeded,
        403 => ErrorKind.Permission,
        404 => ErrorKind.NotFound,
        408 or 504 => ErrorKind.UpstreamTimeout,
        429 => ErrorKind.RateLimited,
        503 or 529 => ErrorKind.Overloaded,
        409 => ErrorKind.UpstreamUnavailable,
        >= 400 and < 500 => ErrorKind.InvalidRequest,
        _ => ErrorKind.UpstreamUnavailable,
    };

    private static bool IsAny(string[] words, string? value) => value is not null && Array.IndexOf(words, value) >= 0;

    private static bool Mentions(string[] words, string text)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
