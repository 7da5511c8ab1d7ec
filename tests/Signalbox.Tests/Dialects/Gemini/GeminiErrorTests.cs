using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Gemini;
using static Signalbox.Tests.Dialects.Gemini.GeminiSupport;

namespace Signalbox.Tests.Dialects.Gemini;

public class GeminiErrorTests
{
    private static GatewayError Read(int status, string body) => GeminiDialect.Sse.ReadError(status, Json(body));

    private static string Error(int code, string status, string message, string details = "") =>
        $$"""{"error":{"code":{{code}},"message":"{{message}}","status":"{{status}}","details":[{{details}}]} }""";

    [Fact]
    public void A_bad_key_is_400_and_still_the_keys_fault()
    {
        var error = Read(400, Error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.",
            """{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}"""));

        Assert.Equal((ErrorKind.Authentication, "API_KEY_INVALID", 400), (error.Kind, error.Code, error.Status));
    }

    [Theory]
    [InlineData(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8).", ErrorKind.ContextLength)]
    [InlineData(400, "INVALID_ARGUMENT", "Unknown name.", ErrorKind.InvalidRequest)]
    [InlineData(400, "FAILED_PRECONDITION", "User location is not supported for the API use.", ErrorKind.Permission)]
    [InlineData(401, "UNAUTHENTICATED", "Request had invalid credentials.", ErrorKind.Authentication)]
    [InlineData(403, "PERMISSION_DENIED", "Your project has been denied access.", ErrorKind.Permission)]
    [InlineData(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.", ErrorKind.Authentication)]
    [InlineData(404, "NOT_FOUND", "models/x is not found.", ErrorKind.NotFound)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details.", ErrorKind.RateLimited)]
    [InlineData(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", ErrorKind.BudgetExceeded)]
    [InlineData(500, "INTERNAL", "An internal error has occurred.", ErrorKind.UpstreamUnavailable)]
    [InlineData(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", ErrorKind.Overloaded)]
    [InlineData(504, "DEADLINE_EXCEEDED", "Too slow.", ErrorKind.UpstreamTimeout)]
    public void Every_status_has_its_kind(int code, string status, string message, ErrorKind kind)
    {
        Assert.Equal(kind, Read(code, Error(code, status, message)).Kind);
    }

    [Theory]
    [InlineData("""{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}""", "Slow down.", 17.0)]
    [InlineData("""{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"0.5s"}""", "Slow down.", 0.5)]
    [InlineData("", "Slow down. Please retry in 48.75s.", 48.75)]
    [InlineData("", "Slow down. Please retry in 250ms.", 0.25)]
    [InlineData("", "Slow down. Please retry in a few minutes.", null)]
    [InlineData("""{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"soon"}""", "Slow down.", null)]
    public void The_wait_that_the_provider_asks_for_is_found(string details, string message, double? seconds)
    {
        Assert.Equal(seconds, Read(429, Error(429, "RESOURCE_EXHAUSTED", message, details)).RetryAfter?.TotalSeconds);
    }

    [Fact]
    public void A_daily_quota_is_used_up_and_no_rate_limit()
    {
        var error = Read(429, Error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.",
            """{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},{"retryDelay":"36s"}"""));

        Assert.Equal((ErrorKind.BudgetExceeded, 36), (error.Kind, error.RetryAfter!.Value.TotalSeconds));
    }

    [Fact]
    public void A_field_violation_names_the_field()
    {
        var error = Read(400, Error(400, "INVALID_ARGUMENT", "Bad.",
            """{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"generation_config.top_p","description":"no"}]}"""));

        Assert.Equal((ErrorKind.InvalidRequest, "generation_config.top_p"), (error.Kind, error.Field));
    }

    [Theory]
    [InlineData("""[{"error":{"code":400,"message":"In an array.","status":"INVALID_ARGUMENT"}}]""", "In an array.")]
    [InlineData("""{"error":"Only text."}""", "Only text.")]
    [InlineData("""{"message":"No wrapping."}""", "No wrapping.")]
    [InlineData("[]", "The provider answered with status 400 and no message.")]
    [InlineData("5", "The provider answered with status 400 and no message.")]
    public void Other_shapes_are_understood_too(string body, string message)
    {
        var error = Read(400, body);
        Assert.Equal((ErrorKind.InvalidRequest, message), (error.Kind, error.Message));
    }

    [Fact]
    public void A_body_that_was_no_json_is_no_reason_to_fail()
    {
        Assert.Equal((ErrorKind.UpstreamUnavailable, 502), (GeminiDialect.Sse.ReadError(502, default).Kind, GeminiDialect.Sse.ReadError(502, default).Status));
    }

    [Theory]
    [InlineData(ErrorKind.InvalidRequest, 400, "INVALID_ARGUMENT")]
    [InlineData(ErrorKind.ContextLength, 400, "INVALID_ARGUMENT")]
    [InlineData(ErrorKind.Authentication, 401, "UNAUTHENTICATED")]
    [InlineData(ErrorKind.Permission, 403, "PERMISSION_DENIED")]
    [InlineData(ErrorKind.NotFound, 404, "NOT_FOUND")]
    [InlineData(ErrorKind.RateLimited, 429, "RESOURCE_EXHAUSTED")]
    [InlineData(ErrorKind.BudgetExceeded, 429, "RESOURCE_EXHAUSTED")]
    [InlineData(ErrorKind.Overloaded, 503, "UNAVAILABLE")]
    [InlineData(ErrorKind.UpstreamUnavailable, 502, "UNAVAILABLE")]
    [InlineData(ErrorKind.UpstreamTimeout, 504, "DEADLINE_EXCEEDED")]
    [InlineData(ErrorKind.Internal, 500, "INTERNAL")]
    public void A_caller_is_told_in_googles_words(ErrorKind kind, int code, string word)
    {
        var error = new GatewayError(kind, "What to do.");
        var written = Json(GeminiSupport.Text(json => GeminiDialect.Sse.WriteError(error, "req_1", json))).GetProperty("error");

        Assert.Equal((code, word, "What to do."), (written.GetProperty("code").GetInt32(), written.GetProperty("status").GetString(), written.GetProperty("message").GetString()));
        Assert.Equal(code, GeminiDialect.Sse.StatusOf(error));
    }

    [Fact]
    public void The_field_and_the_wait_are_told_in_details_and_read_back()
    {
        var error = new GatewayError(ErrorKind.RateLimited, "Wait.") { RetryAfter = TimeSpan.FromSeconds(1.5), Field = "contents[0].role" };
        var written = Json(GeminiSupport.Text(json => GeminiDialect.Sse.WriteError(error, "req_1", json)));

        Assert.Equal(["RequestInfo", "RetryInfo", "BadRequest"],
            written.GetProperty("error").GetProperty("details").EnumerateArray().Select(static detail => detail.GetProperty("@type").GetString()!.Split('.')[^1]));
        var read = GeminiDialect.Sse.ReadError(429, written);
        Assert.Equal((error.Kind, error.RetryAfter, error.Field), (read.Kind, read.RetryAfter, read.Field));
    }

    [Fact]
    public void An_error_in_a_stream_has_its_status_in_its_body()
    {
        Assert.Equal(429, GeminiDialect.Sse.ReadError(200, Json(Error(429, "RESOURCE_EXHAUSTED", "Slow down."))).Status);
        Assert.Equal(502, GeminiDialect.Sse.ReadError(200, JsonDocument.Parse("{}").RootElement).Status);
    }
}
