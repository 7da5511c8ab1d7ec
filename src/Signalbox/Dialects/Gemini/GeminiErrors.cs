using System.Globalization;
using System.Text.Json;

namespace Signalbox.Dialects.Gemini;

/// <summary>Errors in the shape of Google's APIs: code, message, status word and typed details, sometimes inside an array.</summary>
internal static class GeminiErrors
{
    private const string TypePrefix = "type.googleapis.com/google.rpc.";

    private static readonly string[] UsedUpWords = ["credits are depleted", "spending cap", "spend cap", "insufficient credits", "billing account"];

    public static GatewayError Read(int status, JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Array && body.GetArrayLength() > 0)
        {
            body = body[0];
        }

        var error = GeminiFields.TryGet(body, "error", out var inner) ? inner : body;
        var message = error.ValueKind == JsonValueKind.String ? error.GetString() : GeminiFields.Text(error, "message");
        if (status < 400)
        {
            // An error inside a stream has its status in the body.
            status = GeminiFields.TryGet(error, "code", out var code) && code.ValueKind == JsonValueKind.Number
                && code.TryGetInt32(out var stated) && stated is >= 400 and < 600 ? stated : 502;
        }

        message = string.IsNullOrEmpty(message) ? $"The provider answered with status {status} and no message." : message;
        var details = Details.Read(error);
        var word = GeminiFields.Text(error, "status");
        return new GatewayError(KindOf(status, word, details, message), message)
        {
            Status = status,
            Code = details.Reason ?? word,
            Field = details.Field,
            IsProvidersText = true,
            RetryAfter = details.RetryDelay ?? DelayIn(message),
        };
    }

    public static void Write(GatewayError error, string requestId, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, StatusOf(error));
        json.WriteString("message"u8, error.Message);
        json.WriteString("status"u8, WordOf(error));
        json.WriteStartArray("details"u8);
        WriteDetail("RequestInfo", json);
        json.WriteString("requestId"u8, requestId);
        json.WriteEndObject();
        if (error.RetryAfter is { } delay)
        {
            WriteDetail("RetryInfo", json);
            json.WriteString("retryDelay"u8, delay.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + "s");
            json.WriteEndObject();
        }

        if (error.Field is { Length: > 0 } field)
        {
            WriteDetail("BadRequest", json);
            json.WriteStartArray("fieldViolations"u8);
            json.WriteStartObject();
            json.WriteString("field"u8, field);
            json.WriteString("description"u8, error.Message);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Google has no 402 and no 529.</summary>
    public static int StatusOf(GatewayError error) => error.Status switch
    {
        402 => 429,
        529 => 503,
        var status => status,
    };

    private static void WriteDetail(string type, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("@type"u8, TypePrefix + type);
    }

    private static string WordOf(GatewayError error) => error.Kind switch
    {
        ErrorKind.InvalidRequest or ErrorKind.ContextLength or ErrorKind.ContentFiltered or ErrorKind.NoCandidate => "INVALID_ARGUMENT",
        ErrorKind.Authentication => "UNAUTHENTICATED",
        ErrorKind.Permission => "PERMISSION_DENIED",
        ErrorKind.NotFound => "NOT_FOUND",
        ErrorKind.RateLimited or ErrorKind.BudgetExceeded => "RESOURCE_EXHAUSTED",
        ErrorKind.UpstreamTimeout => "DEADLINE_EXCEEDED",
        ErrorKind.UpstreamUnavailable when error.Status == 500 => "INTERNAL",
        ErrorKind.UpstreamUnavailable or ErrorKind.StreamTruncated or ErrorKind.Overloaded => "UNAVAILABLE",
        _ => "INTERNAL",
    };

    private static ErrorKind KindOf(int status, string? word, Details details, string message)
    {
        switch (word)
        {
            // The same wording ("check your plan and billing details") serves limits per minute and quotas that are used up.
            case "RESOURCE_EXHAUSTED":
                return details.IsDailyQuota || Mentions(UsedUpWords, message) ? ErrorKind.BudgetExceeded : ErrorKind.RateLimited;
            // The account or its country may not use the API: another provider may serve the same request.
            case "FAILED_PRECONDITION":
            case "PERMISSION_DENIED" when !message.Contains("unregistered callers", StringComparison.Ordinal):
                return ErrorKind.Permission;
            case "PERMISSION_DENIED" or "UNAUTHENTICATED":
                return ErrorKind.Authentication;
            default:
                return ErrorClassifier.Classify(status, details.Reason, word, message);
        }
    }

    private static bool Mentions(string[] words, string text) => Array.Exists(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Some answers name the delay only in their text: "Please retry in 48.9s."</summary>
    private static TimeSpan? DelayIn(string message)
    {
        const string Before = "retry in ";
        var start = message.IndexOf(Before, StringComparison.OrdinalIgnoreCase);
        if (start < 0)
        {
            return null;
        }

        var rest = message.AsSpan(start + Before.Length);
        var end = rest.IndexOf('s');
        if (end < 0)
        {
            return null;
        }

        var isMilliseconds = end > 0 && rest[end - 1] == 'm';
        return Seconds(rest[..(isMilliseconds ? end - 1 : end)]) is not { } number ? null : isMilliseconds ? number / 1000 : number;
    }

    private static TimeSpan? Seconds(ReadOnlySpan<char> text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e7
            ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>What the typed details say.</summary>
    private readonly record struct Details(string? Reason, string? Field, TimeSpan? RetryDelay, bool IsDailyQuota)
    {
        public static Details Read(JsonElement error)
        {
            string? reason = null, field = null;
            TimeSpan? delay = null;
            var isDaily = false;
            if (GeminiFields.TryGet(error, "details", out var details) && details.ValueKind == JsonValueKind.Array)
            {
                foreach (var detail in details.EnumerateArray())
                {
                    reason ??= GeminiFields.Text(detail, "reason");
                    field ??= FirstViolation(detail, "fieldViolations", "field");
                    isDaily |= FirstViolation(detail, "violations", "quotaId")?.Contains("PerDay", StringComparison.Ordinal) ?? false;
                    if (GeminiFields.Text(detail, "retryDelay") is { } text)
                    {
                        delay = Seconds(text.AsSpan().TrimEnd('s'));
                    }
                }
            }

            return new Details(reason, field, delay, isDaily);
        }

        private static string? FirstViolation(JsonElement detail, string list, string name) =>
            GeminiFields.TryGet(detail, list, out var violations) && violations.ValueKind == JsonValueKind.Array && violations.GetArrayLength() > 0
                ? GeminiFields.Text(violations[0], name) : null;
    }
}
