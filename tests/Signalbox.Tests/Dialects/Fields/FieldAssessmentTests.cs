using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Fields;

namespace Signalbox.Tests.Dialects.Fields;

public sealed class FieldAssessmentTests
{
    private const string PlainChat = """
        {
          "model": "gpt-4o", "stream": true, "stream_options": {"include_usage": true}, "temperature": 0.2, "max_tokens": 300, "n": 1,
          "messages": [
            {"role": "system", "content": "Answer briefly."},
            {"role": "user", "content": [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "auto"}}]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{\"at\":\"it\"}"}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "a cat"}
          ],
          "tools": [{"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {"at": {"type": "string", "seed": 1}}}, "strict": false}}],
          "tool_choice": "auto", "parallel_tool_calls": true, "stop": ["END"], "service_tier": "auto", "store": false, "logit_bias": {}, "metadata": null
        }
        """;

    private readonly FieldLedger _ledger = FieldLedger.Load();

    [Theory]
    [InlineData("anthropic-messages")]
    [InlineData("gemini")]
    [InlineData("ollama")]
    public void A_plain_request_loses_nothing_to_any_protocol(string target)
    {
        Assert.Equal("", Losses(PlainChat, "openai-chat", target));
    }

    [Fact]
    public void A_field_that_the_target_lacks_is_reported_by_the_callers_own_name()
    {
        Assert.Equal("stop;dropped", Losses(PlainChat, "openai-chat", "openai-responses"));
        Assert.Equal("generationConfig.topK;dropped", Losses("""{"contents": [], "generationConfig": {"topK": 40, "topP": 0.9}}""", "gemini", "openai-chat"));
        Assert.Equal("messages.content.cache_control;dropped", Losses(
            """{"messages": [{"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]}]}""", "anthropic-messages", "ollama"));
    }

    [Fact]
    public void What_the_writer_reports_in_the_vocabularys_words_is_not_reported_twice()
    {
        var losses = new LossReport();
        _ledger.AssessRequest(Parse("""{"generationConfig": {"topK": 40}}"""), "gemini", "openai-chat", losses);
        losses.Add("top_k", LossKind.Dropped);

        Assert.Equal("generationConfig.topK;dropped", losses.ToHeaderValue());
    }

    [Fact]
    public void A_value_that_changes_nothing_is_no_loss()
    {
        Assert.Equal("n;dropped", Losses("""{"n": 2}""", "openai-chat", "gemini"));
        Assert.Equal("", Losses("""{"n": 1.0, "frequency_penalty": 0.0, "logprobs": false}""", "openai-chat", "anthropic-messages"));
        Assert.Equal("", Losses("""{"prediction": null, "logit_bias": {}, "modalities": ["text"]}""", "openai-chat", "ollama"));
        Assert.Equal("modalities;dropped", Losses("""{"modalities": ["text", "audio"]}""", "openai-chat", "ollama"));
    }

    [Fact]
    public void An_unknown_field_is_dropped_and_said()
    {
        Assert.Equal("tempreature;dropped, messages.mood;dropped", Losses("""{"tempreature": 1, "messages": [{"mood": "calm"}]}""", "openai-chat", "gemini"));
    }

    [Fact]
    public void An_unknown_kind_of_item_is_named_by_its_kind()
    {
        Assert.Equal("content.hologram;dropped", Losses("""{"messages": [{"role": "user", "content": [{"type": "hologram", "beams": 7}]}]}""", "openai-chat", "gemini"));
        Assert.Equal("tools.web_search_20250305;dropped", Losses("""{"tools": [{"type": "web_search_20250305", "name": "web_search"}]}""", "anthropic-messages", "gemini"));
    }

    [Fact]
    public void A_name_is_found_however_it_is_written()
    {
        Assert.Equal("seed;dropped", Losses("""{"\u0073eed": 7}""", "openai-chat", "anthropic-messages"));
        Assert.Equal("", Losses("""{"messages": [{"content": [{"type": "te\u0078t", "text": "hi"}]}]}""", "openai-chat", "gemini"));
        Assert.Equal("", Losses("""{"generation_config": {"max_output_tokens": 5, "stop_sequences": ["x"]}}""", "gemini", "openai-chat"));
        Assert.Equal("sampling_größe;dropped".Replace("ö", "_").Replace("ß", "_"), Losses("""{"sampling_größe": 7}""", "openai-chat", "anthropic-messages"));
    }

    [Fact]
    public void User_data_is_not_looked_into()
    {
        var body = """{"tools": [{"type": "function", "function": {"name": "f", "parameters": {"seed": 1, "anything": {"x": 1}}}}]}""";
        Assert.Equal("", Losses(body, "openai-chat", "anthropic-messages"));
    }

    [Fact]
    public void An_imitated_field_is_emulated()
    {
        var body = """{"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "none"}""";
        Assert.Equal("tool_choice;emulated", Losses(body, "openai-chat", "ollama"));
        Assert.Equal("", Losses(body, "openai-chat", "anthropic-messages"));
    }

    [Fact]
    public void What_cannot_be_left_out_is_refused_once_with_a_reason()
    {
        var losses = new LossReport();
        var body = Parse("""{"previous_response_id": "resp_1", "input": [{"type": "item_reference", "id": "a"}, {"type": "item_reference", "id": "b"}], "background": false}""");
        var refused = _ledger.AssessRequest(body, "openai-responses", "anthropic-messages", losses);

        Assert.Equal(["previous_response_id", "input.item_reference"], refused.Select(field => field.Field));
        Assert.All(refused, field => Assert.EndsWith(".", field.Reason, StringComparison.Ordinal));
        Assert.True(losses.IsEmpty);
    }

    [Fact]
    public void The_same_dialect_on_both_sides_loses_nothing()
    {
        Assert.Equal("", Losses("""{"tempreature": 1, "prediction": {"type": "content"}}""", "openai-chat", "openai-chat"));
    }

    [Fact]
    public void The_gateways_own_object_in_the_body_is_no_loss()
    {
        Assert.Equal("", Losses("""{"signalbox": {"task": "chat"}}""", "openai-chat", "gemini"));
        Assert.Equal("messages.signalbox;dropped", Losses("""{"messages": [{"signalbox": 1}]}""", "openai-chat", "gemini"));
    }

    [Fact]
    public void A_body_of_a_million_invented_names_ends_in_a_short_report()
    {
        var body = "{" + string.Join(",", Enumerable.Range(0, 100_000).Select(i => $"\"invented_{i}\":1")) + ",\"conversation\":\"c\"}";
        var losses = new LossReport();
        var refused = _ledger.AssessRequest(Parse(body), "openai-responses", "gemini", losses);

        Assert.Equal("conversation", Assert.Single(refused).Field);
        Assert.Equal(LossReport.MaxLosses, losses.Count);
        Assert.EndsWith(", ...;dropped", losses.ToHeaderValue(), StringComparison.Ordinal);
        Assert.InRange(losses.ToHeaderValue().Length, 1, LossReport.MaxHeaderLength);
    }

    [Fact]
    public void Malformed_shapes_are_left_to_the_reader()
    {
        Assert.Equal("", Losses("[1]", "openai-chat", "gemini"));
        Assert.Equal("", Losses("""{"messages": "hello", "tools": 7, "stop": {}, "temperature": [[]]}""", "openai-chat", "gemini"));
        Assert.Equal("", Losses("""{"messages": [1, "a", [], {"content": [7, {"type": 7}]}]}""", "openai-chat", "gemini"));
    }

    [Fact]
    public void An_operation_that_the_target_does_not_have_is_a_bug_of_the_plan()
    {
        Assert.Throws<ArgumentException>(() => _ledger.AssessRequest(Parse("{}"), "openai-chat", "anthropic-messages", new LossReport(), FieldOperation.Embedding));
    }

    [Fact]
    public void Nothing_is_allocated_when_nothing_is_lost()
    {
        var body = Parse(PlainChat);
        var losses = new LossReport();
        _ledger.AssessRequest(body, "openai-chat", "gemini", losses);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _ledger.AssessRequest(body, "openai-chat", "gemini", losses);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData("openai-chat")]
    [InlineData("openai-responses")]
    [InlineData("anthropic-messages")]
    [InlineData("gemini")]
    [InlineData("ollama")]
    public void Every_row_that_loses_is_reported_from_a_body_that_has_the_field(string source)
    {
        foreach (var row in _ledger.RowsOf(source, FieldDirection.Request, FieldOperation.Chat).Where(row => row.SameAs is null))
        {
            foreach (var (target, index) in _ledger.TargetsOf(source, FieldOperation.Chat).Select((target, index) => (target, index)))
            {
                var losses = new LossReport();
                var refused = _ledger.AssessRequest(Parse(BodyWith(row.Path)), source, target, losses);
                var told = row.Own(index) is { IsSilent: false, CoversChildren: true };
                if (told)
                {
                    Assert.True(refused.Count + losses.Count > 0, $"{source} {row.Path.Text} -> {target}: {row.Code} is not reported.");
                }
            }
        }
    }

    /// <summary>The smallest body that has the field of a row.</summary>
    private static string BodyWith(FieldPath path)
    {
        var inner = path.Value is null ? """{"some": 1}""" : double.TryParse(path.Value, out _) || path.Value is "true" or "false" ? path.Value : $"\"{path.Value}\"";
        foreach (var step in path.Steps.Reverse())
        {
            inner = step.Kind == FieldStepKind.Member ? $"{{\"{step.Text}\": {inner}}}" : $"[{WithType(step.Text.TrimEnd('*'), inner)}]";
        }

        return inner;
    }

    private static string WithType(string type, string item) =>
        type.Length == 0 || !item.StartsWith('{') ? item : $"{{\"type\": \"{type}\", {item[1..]}";

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;

    private string Losses(string body, string source, string target)
    {
        var losses = new LossReport();
        Assert.Empty(_ledger.AssessRequest(Parse(body), source, target, losses));
        return losses.ToHeaderValue();
    }
}
