using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Routing.Profiles;
using Signalbox.Sensitivity;

namespace Signalbox.Tests.Routing.Profiles;

public sealed class HintReaderTests
{
    private static readonly HintWords Words = new() { Strategies = ["cheapest", "quality", "balanced"], RouteTasks = ["banking"], OtherHeaders = ["x-signalbox-trace"] };

    [Fact]
    public void A_caller_who_says_nothing_gives_no_hints()
    {
        Assert.Same(CallerHints.None, HintReader.Read([], Json("""{"model":"auto"}"""), Words, out var error));
        Assert.Null(error);
    }

    [Fact]
    public void Every_header_of_the_contract_is_read()
    {
        var hints = Read(
            [
                new("X-Signalbox-Task", "code_generation"), new("x-signalbox-complexity", "complex"), new("x-signalbox-sensitivity", "internal"),
                new("x-signalbox-max-cost-usd", "0.02"), new("x-signalbox-max-latency-ms", "1500"), new("x-signalbox-strategy", "cheapest"),
                new("x-signalbox-cache", "bypass"), new("x-signalbox-tags", "team=search, run = 7"), new("x-signalbox-trace", "1"),
            ]);
        Assert.Equal("code_generation", hints.Task);
        Assert.Equal(Complexity.Complex, hints.Complexity);
        Assert.Equal(SensitivityLabel.Internal, hints.Sensitivity);
        Assert.Equal(0.02m, hints.MaxCostUsd);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), hints.MaxLatency);
        Assert.Equal("cheapest", hints.Strategy);
        Assert.Equal(CacheHint.Bypass, hints.Cache);
        Assert.Equal([new("team", "search"), new("run", "7")], hints.Tags);
    }

    [Fact]
    public void The_body_says_the_same_in_its_own_way()
    {
        var hints = Read([], """{"signalbox":{"task":"banking","complexity":0.4,"max_cost_usd":1e-3,"max_latency_ms":"250","tags":{"team":"search","run":7},"strategy":null}}""");
        Assert.Equal("banking", hints.Task);
        Assert.Equal(0.4, hints.Difficulty);
        Assert.Equal(0.001m, hints.MaxCostUsd);
        Assert.Equal(TimeSpan.FromMilliseconds(250), hints.MaxLatency);
        Assert.Null(hints.Strategy);
        Assert.Equal([new("team", "search"), new("run", "7")], hints.Tags);
    }

    [Fact]
    public void The_header_wins_over_the_body()
    {
        var hints = Read([new("x-signalbox-task", "chat"), new("x-signalbox-tags", "a=2")], """{"signalbox":{"task":"translation","strategy":"quality","tags":"a=1,b=1"}}""");
        Assert.Equal("chat", hints.Task);
        Assert.Equal("quality", hints.Strategy);
        Assert.Equal([new("a", "2"), new("b", "1")], hints.Tags);
    }

    [Theory]
    [InlineData("public", "confidential", nameof(SensitivityLabel.Confidential))]
    [InlineData("confidential", "public", nameof(SensitivityLabel.Confidential))]
    [InlineData("internal", "public", nameof(SensitivityLabel.Internal))]
    [InlineData("public", "public", nameof(SensitivityLabel.Public))]
    public void Of_two_sensitivities_the_higher_wins(string header, string body, string expected) =>
        Assert.Equal(expected, Read([new("x-signalbox-sensitivity", header)], """{"signalbox":{"sensitivity":"WORD"}}""".Replace("WORD", body, StringComparison.Ordinal)).Sensitivity.ToString());

    [Theory]
    [InlineData("x-signalbox-task", "translate", "text_summarization")]
    [InlineData("x-signalbox-task", "code_generaton", "did you mean code_generation?")]
    [InlineData("x-signalbox-complexity", "1.5", "from 0 to 1")]
    [InlineData("x-signalbox-complexity", "NaN", "from 0 to 1")]
    [InlineData("x-signalbox-complexity", "hard", "simple, moderate, complex")]
    [InlineData("x-signalbox-sensitivity", "secret", "public, internal, confidential")]
    [InlineData("x-signalbox-max-cost-usd", "-1", "0 or more")]
    [InlineData("x-signalbox-max-latency-ms", "0", "above 0")]
    [InlineData("x-signalbox-strategy", "chepest", "did you mean cheapest?")]
    [InlineData("x-signalbox-cache", "off", "default, bypass, only")]
    [InlineData("x-signalbox-cache", "only", "keeps no cache")]
    [InlineData("x-signalbox-complexity", "simpel", "did you mean simple?")]
    [InlineData("x-signalbox-tags", "team", "name=value")]
    [InlineData("x-signalbox-tags", "=x", "name=value")]
    public void A_wrong_value_is_refused_with_the_words_that_are_allowed(string header, string value, string expected)
    {
        Assert.Null(HintReader.Read([new(header, value)], default, Words, out var error));
        Assert.Equal(ErrorKind.InvalidRequest, error!.Kind);
        Assert.Equal(header, error.Field);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("?.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("..", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_that_uses_a_known_word_does_not_have_it_listed_twice()
    {
        var words = Words with { RouteTasks = ["translation", "ticketing"] };
        Assert.Null(HintReader.Read([new("x-signalbox-task", "qqqqqqqqqqqq")], default, words, out var error));
        Assert.Equal(2, error!.Message.Split("translation").Length);
        Assert.Equal(2, error.Message.Split("ticketing").Length);
    }

    [Theory]
    [InlineData("""{"signalbox":{"sensitivty":"confidential"}}""", "signalbox.sensitivty", "did you mean sensitivity?")]
    [InlineData("""{"signalbox":{"qqqqqqqq":1}}""", "signalbox.qqqqqqqq", "Known: task,")]
    [InlineData("""{"signalbox":{"qqqqqqqq":[1]}}""", "signalbox.qqqqqqqq", "Known: task,")]
    [InlineData("""{"signalbox":{"task":["chat"]}}""", "signalbox.task", "not a list")]
    [InlineData("""{"signalbox":{"tags":{"a":[1]}}}""", "signalbox.tags", "not a list")]
    [InlineData("""{"signalbox":"chat"}""", "signalbox", "must be an object")]
    public void What_the_body_may_not_say_is_named(string body, string field, string expected)
    {
        Assert.Null(HintReader.Read([], Json(body), Words, out var error));
        Assert.Equal(field, error!.Field);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_header_is_no_silent_loss()
    {
        Assert.Null(HintReader.Read([new("x-signalbox-sensitivty", "confidential")], default, Words, out var error));
        Assert.Contains("did you mean x-signalbox-sensitivity?", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_sent_twice_is_refused_but_tags_add_up()
    {
        Assert.Null(HintReader.Read([new("x-signalbox-task", "chat"), new("x-signalbox-task", "translation")], default, Words, out var error));
        Assert.Contains("twice", error!.Message, StringComparison.Ordinal);
        Assert.Equal(2, Read([new("x-signalbox-tags", "a=1"), new("x-signalbox-tags", "b=2")]).Tags.Count);
    }

    [Fact]
    public void Tags_are_bounded()
    {
        var many = string.Join(',', Enumerable.Range(0, 33).Select(static i => $"t{i}=1"));
        Assert.Null(HintReader.Read([new("x-signalbox-tags", many)], default, Words, out var error));
        Assert.Contains("32", error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Callers_in_process_say_it_in_their_options()
    {
        var options = new ChatOptions
        {
            AdditionalProperties = new()
            {
                ["signalbox.task"] = "chat", ["signalbox.complexity"] = 0.25, ["signalbox.max_cost_usd"] = 0.5m, ["signalbox.max_latency_ms"] = TimeSpan.FromSeconds(2),
                ["signalbox.tags"] = new Dictionary<string, string> { ["team"] = "search" }, ["user"] = "u1",
            },
        };
        var hints = HintReader.Read(options, Words, out var error)!;
        Assert.Null(error);
        Assert.Equal(("chat", 0.25, 0.5m, TimeSpan.FromSeconds(2)), (hints.Task, hints.Difficulty, hints.MaxCostUsd, hints.MaxLatency));
        Assert.Equal([new("team", "search")], hints.Tags);

        options.AdditionalProperties["signalbox.tsk"] = "chat";
        Assert.Null(HintReader.Read(options, Words, out error));
        Assert.Equal("signalbox.tsk", error!.Field);
    }

    [Fact]
    public void What_is_written_as_headers_or_as_a_body_is_read_as_it_was()
    {
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261121, 9973),
            Prop.ForAll(Any.ToArbitrary(), static hints =>
            {
                var headers = Headers(hints);
                Assert.Equal(hints, Read(headers));
                var said = new JsonObject();
                foreach (var (header, value) in headers)
                {
                    said[header["x-signalbox-".Length..].Replace('-', '_')] = value;
                }

                Assert.Equal(hints, Read([], new JsonObject { ["signalbox"] = said }.ToJsonString()));
            }));
    }

    private static Gen<CallerHints> Any =>
        from task in Gen.Elements([null, "chat", "banking", "translation"])
        from complexity in Gen.Elements<Complexity?>(null, Complexity.Simple, Complexity.Complex)
        from difficulty in Gen.Choose(0, 1000)
        from sensitivity in Gen.Elements<SensitivityLabel?>(null, SensitivityLabel.Public, SensitivityLabel.Confidential)
        from micros in Gen.Choose(0, 100_000_000)
        from latency in Gen.Choose(1, 100_000)
        from cache in Gen.Elements(CacheHint.Default, CacheHint.Bypass)
        from tags in Gen.Elements("a", "b", "c d", "e.f").ListOf()
        select new CallerHints
        {
            Task = task,
            Complexity = complexity,
            Difficulty = complexity is null ? difficulty / 1000.0 : null,
            Sensitivity = sensitivity,
            MaxCostUsd = micros / 1_000_000m,
            MaxLatency = TimeSpan.FromMilliseconds(latency),
            Strategy = "balanced",
            Cache = cache,
            Tags = [.. tags.Distinct().Select(static (tag, i) => new KeyValuePair<string, string>(tag, $"v{i}=x"))],
        };

    private static List<KeyValuePair<string, string>> Headers(CallerHints hints)
    {
        var headers = new List<KeyValuePair<string, string>>();
        Add("task", hints.Task);
        Add("complexity", hints.Complexity?.ToString().ToLowerInvariant() ?? hints.Difficulty?.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        Add("sensitivity", hints.Sensitivity?.ToString().ToLowerInvariant());
        Add("max-cost-usd", hints.MaxCostUsd?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("max-latency-ms", hints.MaxLatency?.TotalMilliseconds.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        Add("strategy", hints.Strategy);
        Add("cache", hints.Cache.ToString().ToLowerInvariant());
        Add("tags", hints.Tags.Count == 0 ? null : string.Join(", ", hints.Tags.Select(static tag => $"{tag.Key}={tag.Value}")));
        return headers;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                headers.Add(new("x-signalbox-" + name, value));
            }
        }
    }

    private static CallerHints Read(IReadOnlyList<KeyValuePair<string, string>> headers, string? body = null)
    {
        var hints = HintReader.Read(headers, body is null ? default : Json(body), Words, out var error);
        Assert.True(hints is not null, error?.Message);
        return hints;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
