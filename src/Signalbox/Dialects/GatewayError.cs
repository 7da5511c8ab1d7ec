namespace Signalbox.Dialects;

/// <summary>What went wrong, in the words of the outward contract (header <c>x-signalbox-error</c>).</summary>
public enum ErrorKind
{
    /// <summary>The caller's own request is wrong; nothing else is tried.</summary>
    InvalidRequest,
    /// <summary>A key is missing or not accepted.</summary>
    Authentication,
    /// <summary>The key may not do this.</summary>
    Permission,
    /// <summary>There is no such model or route.</summary>
    NotFound,
    /// <summary>Too many requests or tokens for now.</summary>
    RateLimited,
    /// <summary>A budget or a provider quota is used up.</summary>
    BudgetExceeded,
    /// <summary>The prompt does not fit the model's context window.</summary>
    ContextLength,
    /// <summary>The provider refused the content.</summary>
    ContentFiltered,
    /// <summary>No model is left that can serve the request.</summary>
    NoCandidate,
    /// <summary>The provider could not be reached or failed.</summary>
    UpstreamUnavailable,
    /// <summary>The provider did not answer in time.</summary>
    UpstreamTimeout,
    /// <summary>The provider answered something that its protocol does not allow.</summary>
    UpstreamInvalid,
    /// <summary>The provider's stream ended before it was finished.</summary>
    StreamTruncated,
    /// <summary>The provider, or this gateway, has no capacity now.</summary>
    Overloaded,
    /// <summary>A defect in the gateway.</summary>
    Internal,
}

/// <summary>An expected failure as a value: what is said to the caller and what decides whether another target is tried.</summary>
internal sealed record GatewayError(ErrorKind Kind, string Message)
{
    /// <summary>HTTP status; the provider's own where it answered with one.</summary>
    public int Status { get; init; } = DefaultStatus(Kind);

    /// <summary>JSON path of the offending field in the caller's request, e.g. <c>messages[2].role</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The provider's own code or type word, e.g. <c>insufficient_quota</c>.</summary>
    public string? Code { get; init; }

    /// <summary>How long the provider asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether only this target cannot serve the request as it is; another one may.</summary>
    public bool IsOfTarget { get; init; }

    /// <summary>Whether the message is the provider's own text, which may quote the request.</summary>
    public bool IsProvidersText { get; init; }

    /// <summary>Whether this gateway stopped waiting for output, rather than the provider saying that it was too late.</summary>
    public bool IsDeadline { get; init; }

    /// <summary>Whether the same target may well answer when it is asked again (contract section 5). What was waited for in vain is not waited for twice.</summary>
    public bool IsRetryable => Kind switch
    {
        ErrorKind.RateLimited or ErrorKind.Overloaded or ErrorKind.StreamTruncated => true,
        ErrorKind.UpstreamUnavailable => Status is not (501 or 505),
        ErrorKind.UpstreamTimeout => !IsDeadline,
        _ => false,
    };

    /// <summary>Whether it speaks of a target that is unwell, rather than of the request, the key or a limit.</summary>
    public bool IsOutage => Kind switch
    {
        ErrorKind.UpstreamUnavailable => Status != 409,
        ErrorKind.UpstreamTimeout or ErrorKind.UpstreamInvalid or ErrorKind.StreamTruncated or ErrorKind.Overloaded => true,
        _ => false,
    };

    /// <summary>Whether the request itself, or its content, is what was refused: waiting and other targets of the same kind do not help.</summary>
    public bool IsOfRequest => Kind switch
    {
        ErrorKind.InvalidRequest => !IsOfTarget,
        ErrorKind.ContextLength or ErrorKind.ContentFiltered => true,
        _ => false,
    };

    /// <summary>The word of contract section 4.</summary>
    public string Word => WordOf(Kind);

    public static GatewayError Invalid(string field, string message) =>
        new(ErrorKind.InvalidRequest, message) { Field = field };

    /// <summary>What is kept of an exception that nobody expected: its type, because its text may quote the request.</summary>
    public static GatewayError Defect(Exception exception) =>
        new(ErrorKind.Internal, $"The gateway failed on this request with {exception.GetType().Name}. Its log says more; please report it.");

    public static string WordOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest => "invalid_request",
        ErrorKind.Authentication => "authentication",
        ErrorKind.Permission => "permission",
        ErrorKind.NotFound => "not_found",
        ErrorKind.RateLimited => "rate_limited",
        ErrorKind.BudgetExceeded => "budget_exceeded",
        ErrorKind.ContextLength => "context_length",
        ErrorKind.ContentFiltered => "content_filtered",
        ErrorKind.NoCandidate => "no_candidate",
        ErrorKind.UpstreamUnavailable => "upstream_unavailable",
        ErrorKind.UpstreamTimeout => "upstream_timeout",
        ErrorKind.UpstreamInvalid => "upstream_invalid",
        ErrorKind.StreamTruncated => "stream_truncated",
        ErrorKind.Overloaded => "overloaded",
        _ => "internal",
    };

    private static int DefaultStatus(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextLength or ErrorKind.ContentFiltered or ErrorKind.NoCandidate => 400,
        ErrorKind.Authentication => 401,
        ErrorKind.BudgetExceeded => 402,
        ErrorKind.Permission => 403,
        ErrorKind.NotFound => 404,
        ErrorKind.RateLimited => 429,
        ErrorKind.UpstreamUnavailable or ErrorKind.UpstreamInvalid or ErrorKind.StreamTruncated => 502,
        ErrorKind.Overloaded => 503,
        ErrorKind.UpstreamTimeout => 504,
        _ => 500,
    };
}
