using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicErrorsTests
{
    [Theory]
    [InlineData(400, "invalid_request_error", "messages: text content blocks must be non-empty", "invalid_request")]
    [InlineData(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum", "context_length")]
    [InlineData(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API.", "budget_exceeded")]
    [InlineData(401, "authentication_error", "invalid x-api-key", "authentication")]
    [InlineData(402, "billing_error", "There is an issue with your payment.", "budget_exceeded")]
    [InlineData(403, "permission_error", "Your API key does not have permission.", "permission")]
    [InlineData(404, "not_found_error", "model: claude-none", "not_found")]
    [InlineData(413, "request_too_large", "Request exceeds the maximum size", "context_length")]
    [InlineData(429, "rate_limit_error", "This request would exceed your organization's rate limit.", "rate_limited")]
    [InlineData(500, "api_error", "Internal server error", "upstream_unavailable")]
    [InlineData(504, "timeout_error", "Request timed out", "upstream_timeout")]
    [InlineData(529, "overloaded_error", "Overloaded", "overloaded")]
    public void Every_error_type_has_its_kind(int status, string type, string message, string word)
    {
        var error = Dialect.ReadError(status, Json($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"{{{message}}}"},"request_id":"req_1"}"""));
        Assert.Equal((word, status, type, message), (error.Word, error.Status, error.Code, error.Message));
    }

    [Theory]
    [InlineData(404, """{"error":"model not found"}""", "model not found")]
    [InlineData(400, """[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]""", "bad")]
    [InlineData(403, """{"message":"no"}""", "no")]
    [InlineData(422, """{"detail":"unprocessable"}""", "unprocessable")]
    [InlineData(500, "[]", "The provider answered with status 500 and no message.")]
    public void Shapes_of_other_servers_are_read_too(int status, string body, string message)
    {
        var error = Dialect.ReadError(status, Json(body));
        Assert.Equal((status, message), (error.Status, error.Message));
    }

    [Fact]
    public void An_error_that_was_no_json_is_read_by_its_status() =>
        Assert.Equal(ErrorKind.Overloaded, Dialect.ReadError(529, default).Kind);

    [Theory]
    [InlineData(ErrorKind.InvalidRequest, "invalid_request_error")]
    [InlineData(ErrorKind.ContextLength, "invalid_request_error")]
    [InlineData(ErrorKind.ContentFiltered, "invalid_request_error")]
    [InlineData(ErrorKind.NoCandidate, "invalid_request_error")]
    [InlineData(ErrorKind.Authentication, "authentication_error")]
    [InlineData(ErrorKind.BudgetExceeded, "billing_error")]
    [InlineData(ErrorKind.Permission, "permission_error")]
    [InlineData(ErrorKind.NotFound, "not_found_error")]
    [InlineData(ErrorKind.RateLimited, "rate_limit_error")]
    [InlineData(ErrorKind.Overloaded, "overloaded_error")]
    [InlineData(ErrorKind.UpstreamTimeout, "timeout_error")]
    [InlineData(ErrorKind.UpstreamInvalid, "api_error")]
    [InlineData(ErrorKind.Internal, "api_error")]
    internal void Errors_are_written_with_the_words_of_the_protocol(ErrorKind kind, string type)
    {
        var error = new GatewayError(kind, "Say \"why\".");
        Same($$$"""{"type":"error","error":{"type":"{{{type}}}","message":"Say \"why\"."},"request_id":"r"}""", Written(json => Dialect.WriteError(error, "r", json)));
        var read = Dialect.ReadError(Dialect.StatusOf(error), Written(json => Dialect.WriteError(error, "r", json)));
        Assert.Equal("Say \"why\".", read.Message);
    }

    [Fact]
    public void A_body_that_is_too_large_has_a_type_of_its_own()
    {
        var error = new GatewayError(ErrorKind.InvalidRequest, "x") { Status = 413 };
        Assert.Equal("request_too_large", Written(json => Dialect.WriteError(error, "r", json)).GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public void An_overload_has_the_status_529_and_other_errors_keep_theirs()
    {
        Assert.Equal(529, Dialect.StatusOf(new GatewayError(ErrorKind.Overloaded, "x")));
        Assert.Equal(429, Dialect.StatusOf(new GatewayError(ErrorKind.RateLimited, "x")));
        Assert.Equal(502, Dialect.StatusOf(new GatewayError(ErrorKind.StreamTruncated, "x")));
    }
}
