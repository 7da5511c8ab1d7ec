using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

public class ResponsesErrorTests
{
    [Theory]
    [InlineData(429, """{"error":{"message":"Rate limit reached","type":"requests","param":null,"code":"rate_limit_exceeded"}}""", ErrorKind.RateLimited)]
    [InlineData(429, """{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", ErrorKind.BudgetExceeded)]
    [InlineData(400, """{"error":{"message":"Item 'rs_1' of type 'reasoning' was provided without its required following item.","type":"invalid_request_error","param":"input","code":null}}""", ErrorKind.InvalidRequest)]
    [InlineData(400, """{"error":{"message":"Your input exceeds the context window of this model.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}""", ErrorKind.ContextLength)]
    [InlineData(503, """{"error":{"message":"busy","type":"service_unavailable_error","code":"server_is_overloaded"}}""", ErrorKind.Overloaded)]
    [InlineData(400, """{"code":"invalid-argument","error":"Incorrect API key provided."}""", ErrorKind.Authentication)]
    public void Errors_of_providers_have_their_kind(int status, string body, ErrorKind kind)
    {
        var error = ResponsesDialect.Instance.ReadError(status, Responses.Json(body));

        Assert.Equal((kind, status), (error.Kind, error.Status));
    }

    [Fact]
    public void An_error_for_a_caller_names_the_field()
    {
        var written = Responses.Written(json => ResponsesDialect.Instance.WriteError(GatewayError.Invalid("input[0].role", "is wrong"), "r1", json)).GetProperty("error");

        Assert.Equal("is wrong", written.GetProperty("message").GetString());
        Assert.Equal("input[0].role", written.GetProperty("param").GetString());
        Assert.Equal("invalid_request_error", written.GetProperty("type").GetString());
    }

    [Fact]
    public void The_dialect_says_who_it_is()
    {
        Assert.Equal("openai-responses", ResponsesDialect.Instance.Name);
        Assert.Equal("/responses", ResponsesDialect.Instance.ChatPath("any", stream: true));
        Assert.Equal(StreamFraming.Sse, ResponsesDialect.Instance.Framing);
    }
}
