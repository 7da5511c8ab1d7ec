using Signalbox.Dialects.Fields;

namespace Signalbox.Tests.Dialects.Fields;

public sealed class HeaderLedgerTests
{
    private readonly HeaderLedger _ledger = HeaderLedger.Load();

    public static TheoryData<string> Dialects => [.. FieldLedger.Dialects];

    [Theory]
    [InlineData("anthropic-messages", "anthropic-version")]
    [InlineData("anthropic-messages", "Anthropic-Beta")]
    [InlineData("openai-chat", "OpenAI-Organization")]
    [InlineData("openai-responses", "openai-project")]
    [InlineData("openai-chat", "openai-beta")]
    [InlineData("openai-chat", "Idempotency-Key")]
    [InlineData("gemini", "x-goog-user-project")]
    [InlineData("gemini", "X-Goog-Api-Client")]
    [InlineData("ollama", "traceparent")]
    public void What_a_caller_tells_the_provider_goes_on(string dialect, string header) => Assert.True(_ledger.PassesRequest(dialect, header));

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Keys_cookies_and_what_concerns_one_connection_never_go_on(string dialect)
    {
        string[] headers =
        [
            "Authorization", "x-api-key", "API-KEY", "x-goog-api-key", "Cookie", "Host", "Content-Length", "Connection", "Transfer-Encoding", "TE", "Trailer",
            "Upgrade", "Proxy-Authorization", "Accept-Encoding", "X-Forwarded-For", "x-signalbox-task", "x-stainless-lang", "User-Agent", "x-goog-iam-authorization-token",
            "anthropic-dangerous-direct-browser-access",
        ];
        Assert.All(headers, header => Assert.False(_ledger.PassesRequest(dialect, header), header));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void A_header_that_is_not_listed_stays_behind(string dialect)
    {
        Assert.False(_ledger.PassesRequest(dialect, "x-my-company-secret"));
        Assert.False(_ledger.PassesResponse(dialect, "x-my-company-secret", sameDialect: true));
        Assert.False(_ledger.PassesRequest(dialect, ""));
        Assert.False(_ledger.PassesRequest("no-such-dialect", "traceparent"));
    }

    [Fact]
    public void One_providers_headers_mean_nothing_to_another()
    {
        Assert.False(_ledger.PassesRequest("openai-chat", "anthropic-beta"));
        Assert.False(_ledger.PassesRequest("anthropic-messages", "openai-organization"));
        Assert.False(_ledger.PassesRequest("ollama", "x-goog-user-project"));
    }

    [Theory]
    [InlineData("openai-chat", "x-request-id")]
    [InlineData("openai-chat", "X-RateLimit-Remaining-Tokens")]
    [InlineData("openai-chat", "x-ratelimit-limit-tokens_usage_based")]
    [InlineData("openai-responses", "openai-processing-ms")]
    [InlineData("openai-chat", "retry-after-ms")]
    [InlineData("openai-chat", "mistral-correlation-id")]
    [InlineData("openai-chat", "x-ms-region")]
    [InlineData("anthropic-messages", "request-id")]
    [InlineData("anthropic-messages", "anthropic-ratelimit-input-tokens-reset")]
    [InlineData("anthropic-messages", "x-should-retry")]
    [InlineData("gemini", "retry-after")]
    public void Request_ids_and_rate_limits_come_back_on_the_same_dialect(string dialect, string header) =>
        Assert.True(_ledger.PassesResponse(dialect, header, sameDialect: true));

    [Fact]
    public void Across_dialects_only_ids_and_when_to_try_again_come_back()
    {
        Assert.True(_ledger.PassesResponse("anthropic-messages", "Retry-After", sameDialect: false));
        Assert.True(_ledger.PassesResponse("anthropic-messages", "request-id", sameDialect: false));
        Assert.False(_ledger.PassesResponse("openai-chat", "x-ratelimit-remaining-tokens", sameDialect: false));
        Assert.False(_ledger.PassesResponse("anthropic-messages", "anthropic-ratelimit-requests-limit", sameDialect: false));
        Assert.False(_ledger.PassesResponse("openai-chat", "content-type", sameDialect: false));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void What_belongs_to_the_gateways_key_or_connection_never_comes_back(string dialect)
    {
        string[] headers =
        [
            "Set-Cookie", "openai-organization", "anthropic-organization-id", "WWW-Authenticate", "Content-Length", "Content-Encoding", "Transfer-Encoding",
            "Connection", "Strict-Transport-Security", "Alt-Svc", "Access-Control-Allow-Origin", "x-signalbox-model", "Server",
        ];
        Assert.All(headers, header => Assert.False(_ledger.PassesResponse(dialect, header, sameDialect: true), header));
        Assert.All(headers, header => Assert.False(_ledger.PassesResponse(dialect, header, sameDialect: false), header));
    }

    [Fact]
    public void Every_dialect_has_its_list_and_every_line_says_why()
    {
        string[] groups = [HeaderLedger.Never, HeaderLedger.All, .. FieldLedger.Dialects];
        Assert.Equal(groups.Order(), _ledger.RequestRows.Keys.Order());
        Assert.Equal(groups.Order(), _ledger.ResponseRows.Keys.Order());
        var rows = _ledger.RequestRows.Values.Concat(_ledger.ResponseRows.Values).SelectMany(rows => rows).Concat(_ledger.AcrossRows).ToList();
        Assert.All(rows, row => Assert.Equal(row.Name.ToLowerInvariant(), row.Name));
        Assert.All(rows, row => Assert.EndsWith(".", row.Note, StringComparison.Ordinal));
    }

    [Fact]
    public void No_line_lets_through_what_another_forbids()
    {
        foreach (var groups in new[] { _ledger.RequestRows, _ledger.ResponseRows })
        {
            var forbidden = new HeaderList();
            groups[HeaderLedger.Never].ToList().ForEach(row => forbidden.Add(row.Name));
            var passing = groups.Where(group => group.Key != HeaderLedger.Never).SelectMany(group => group.Value);
            Assert.Empty(passing.Where(row => forbidden.Contains(row.Name)).Select(row => row.Name));
        }
    }
}
