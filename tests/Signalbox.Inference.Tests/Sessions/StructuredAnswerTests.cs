using System.Text.Json;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sampling;
using Signalbox.Inference.Sessions;
using static Signalbox.Inference.Tests.Sessions.LoadedEngine;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class StructuredAnswerTests
{
    private const string Person = """
        {"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":120},"tags":{"type":"array","items":{"enum":["a","b"]},"maxItems":3}},"required":["name","age"],"additionalProperties":false}
        """;

    [Fact]
    public async Task Answers_at_once_that_follow_a_schema_parse_and_end_whatever_the_model_wants()
    {
        await using var engine = new LoadedEngine();
        var grammar = Compile(engine, Person);
        var requests = Enumerable.Range(0, 12).Select(i => new GenerationRequest
        {
            Prompt = Prompt(i, 6),
            MaxTokens = grammar.MinimumTokens + i * 8,
            Grammar = i % 4 == 3 ? null : grammar,
            Sampling = new SamplingOptions { Temperature = i % 2, Seed = (ulong)i },
        }).ToArray();

        var answers = await Task.WhenAll(requests.Select(engine.AnswerAsync));

        for (var i = 0; i < requests.Length; i++)
        {
            if (requests[i].Grammar is null)
            {
                continue;
            }

            Assert.Equal(EndReason.Stop, answers[i][^1].End);
            using var parsed = JsonDocument.Parse(string.Concat(answers[i].Select(step => step.Text)));
            Assert.Equal(JsonValueKind.String, parsed.RootElement.GetProperty("name").ValueKind);
            Assert.InRange(parsed.RootElement.GetProperty("age").GetInt32(), 0, 120);
        }
    }

    [Fact]
    public async Task An_answer_without_room_for_the_shortest_that_fits_is_refused()
    {
        await using var engine = new LoadedEngine();
        var grammar = Compile(engine, Person);
        var events = await engine.AnswerAsync(Request(Prompt(1, 4), grammar.MinimumTokens - 1) with { Grammar = grammar });
        var fault = Assert.Single(events).Fault;
        Assert.Equal(EngineFaultKind.InvalidRequest, fault?.Kind);
        Assert.Contains(grammar.MinimumTokens.ToString(), fault!.Message);
    }

    [Fact]
    public async Task Grammars_are_compiled_once_and_only_so_many_are_kept()
    {
        await using var engine = new LoadedEngine();
        var cache = new GrammarCache(engine.Engine.Tokenizer, capacity: 3);
        var first = Get(cache, Person);
        Assert.Same(first, Get(cache, Person));
        for (var i = 0; i < 5; i++)
        {
            Get(cache, $$"""{"const":{{i}}}""");
            Assert.Same(first, Get(cache, Person));
        }

        Assert.Equal(3, cache.Count);
        Assert.False(cache.TryGet(JsonDocument.Parse("""{"type":"nonsense"}""").RootElement, out _, out var fault));
        Assert.NotEmpty(fault.Message);
    }

    private static JsonSchemaGrammar Compile(LoadedEngine engine, string schema) => Get(new GrammarCache(engine.Engine.Tokenizer), schema);

    private static JsonSchemaGrammar Get(GrammarCache cache, string schema)
    {
        using var document = JsonDocument.Parse(schema);
        Assert.True(cache.TryGet(document.RootElement, out var grammar, out var fault), fault?.Message);
        return grammar;
    }
}
