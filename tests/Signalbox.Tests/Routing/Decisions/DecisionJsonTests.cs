using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Ledger;
using Signalbox.Providers;
using Signalbox.Routing.Decisions;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Routing.Decisions;

public sealed class DecisionJsonTests : IDisposable
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ProviderServices _services = new(TimeProvider.System);

    [Fact]
    public void A_decision_is_written_in_the_names_of_its_golden_file() => GoldenFile.Check("decision.json", Write(SampleDecision.Answered(_services)) + "\n");

    [Fact]
    public void The_documents_example_is_the_golden_file() =>
        Assert.Contains(GoldenFile.Read("decision.json").Trim(), Repository.Read("docs/decisions.md"), StringComparison.Ordinal);

    [Fact]
    public void Every_name_of_the_golden_file_is_explained_by_the_document()
    {
        var text = Repository.Read("docs/decisions.md");
        using var golden = JsonDocument.Parse(GoldenFile.Read("decision.json"));
        Assert.All(Names(golden.RootElement).Distinct(), name => Assert.Contains($"`{name}`", text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_request_that_is_open_says_so_and_nothing_of_its_end()
    {
        var decision = SampleDecision.Planned(_services);
        decision.Add(SampleDecision.Attempt("south/small-1", AttemptKind.First, 0, AttemptOutcome.Open, null));
        decision.CostUsd = 1;

        using var json = JsonDocument.Parse(Write(decision));

        Assert.Equal("open", json.RootElement.GetProperty("state").GetString());
        Assert.Equal("open", json.RootElement.GetProperty("attempts")[0].GetProperty("outcome").GetString());
        Assert.All((string[])["cost_usd", "waste_usd", "duration_ms", "served_by", "error"], name => Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty(name).ValueKind));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("attempts")[0].GetProperty("duration_ms").ValueKind);
    }

    [Theory]
    [InlineData(ErrorKind.InvalidRequest)]
    [InlineData(ErrorKind.ContentFiltered)]
    [InlineData(ErrorKind.UpstreamUnavailable)]
    [InlineData(ErrorKind.StreamTruncated)]
    public void What_a_provider_says_of_the_content_is_not_kept(ErrorKind kind)
    {
        var error = new GatewayError(kind, $"Cannot answer '{SampleDecision.PromptWords}'") { Code = "bad", Status = 418, IsProvidersText = true };

        var text = Write(With(error));

        Assert.DoesNotContain(SampleDecision.PromptWords, text, StringComparison.Ordinal);
        Assert.Contains("(418, bad)", text, StringComparison.Ordinal);
        Assert.Contains(SampleDecision.PromptWords, Write(With(error with { IsProvidersText = false })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_decision_that_is_kept_does_not_keep_what_a_provider_quoted()
    {
        var decision = With(new GatewayError(ErrorKind.InvalidRequest, $"Cannot answer '{SampleDecision.PromptWords}'") { Code = new string('c', 100_000), IsProvidersText = true });

        Assert.All([decision.Error!, decision.Attempts[^1].Error!], static error =>
        {
            Assert.DoesNotContain(SampleDecision.PromptWords, error.Message, StringComparison.Ordinal);
            Assert.InRange(error.Code!.Length, 1, 200);
        });
        Assert.InRange(With(new GatewayError(ErrorKind.Authentication, new string('x', 100_000)) { IsProvidersText = true }).Error!.Message.Length, 1, 10_000);
    }

    [Fact]
    public void A_key_that_a_provider_repeats_is_blotted_out_and_a_long_text_is_cut()
    {
        var error = new GatewayError(ErrorKind.Authentication, $"Wrong key: {SampleDecision.ProviderKey} {new string('x', 2000)}") { IsProvidersText = true };

        var text = Write(With(error));

        Assert.DoesNotContain(SampleDecision.ProviderKey, text, StringComparison.Ordinal);
        Assert.Contains("Wrong key: [hidden]", text, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('x', 301), text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_state_is_one_word(string? servedBy, ErrorKind? error, bool cancelled, string expected)
    {
        var decision = SampleDecision.Planned(_services);
        decision.ServedBy = servedBy;
        decision.Error = error is { } kind ? new GatewayError(kind, "x") : null;
        decision.IsCancelled = cancelled;
        decision.Finish();

        using var json = JsonDocument.Parse(Write(decision));

        Assert.Equal(expected, json.RootElement.GetProperty("state").GetString());
        Assert.Contains($"`{expected}`", Repository.Read("docs/decisions.md"), StringComparison.Ordinal);
    }

    public static TheoryData<string?, ErrorKind?, bool, string> States() => new()
    {
        { "a/b", null, false, "answered" },
        { "a/b", ErrorKind.StreamTruncated, false, "broken" },
        { "a/b", null, true, "cancelled" },
        { null, ErrorKind.NoCandidate, false, "refused" },
        { null, null, false, "failed" },
    };

    [Fact]
    public void Waste_is_what_attempts_cost_whose_answer_was_not_served_and_unknown_where_a_price_is()
    {
        var decision = SampleDecision.Planned(_services);
        decision.Add(Paid(AttemptOutcome.Wasted, 0.25m));
        decision.Add(Paid(AttemptOutcome.Failed, 0.5m));
        decision.Add(Paid(AttemptOutcome.Served, 4m));
        decision.Add(SampleDecision.Attempt("a/b", AttemptKind.Fallback, 0, AttemptOutcome.Failed, null));

        Assert.Equal(0.75m, Waste.Of(decision.Attempts).CostUsd);
        decision.Add(Paid(AttemptOutcome.Wasted, null));
        Assert.Null(Waste.Of(decision.Attempts).CostUsd);
    }

    public void Dispose() => _services.Dispose();

    private static AttemptRecord Paid(AttemptOutcome outcome, decimal? cost)
    {
        var attempt = SampleDecision.Attempt("a/b", AttemptKind.Hedge, 0, outcome, null);
        (attempt.Usage, attempt.CostUsd) = (new UsageDetails { OutputTokenCount = 1 }, cost);
        return attempt;
    }

    private DecisionRecord With(GatewayError error)
    {
        var decision = SampleDecision.Planned(_services);
        decision.Add(SampleDecision.Attempt("north/large-1", AttemptKind.First, 0, AttemptOutcome.Failed, error));
        decision.Error = error;
        decision.Finish();
        return decision;
    }

    private static IEnumerable<string> Names(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(static property => Names(property.Value).Prepend(property.Name)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Names),
        _ => [],
    };

    private static string Write(DecisionRecord decision)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, Readable))
        {
            DecisionJson.Write(decision, json);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
