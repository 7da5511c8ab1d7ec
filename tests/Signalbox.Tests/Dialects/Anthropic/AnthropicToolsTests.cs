using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicToolsTests
{
    private static readonly JsonElement Schema = Json("""{"type":"object","properties":{"a":{"type":"string"}}}""");

    private static (JsonElement Body, string Losses) WriteTools(Action<ChatOptions> set, params AITool[] tools)
    {
        var options = new ChatOptions { Tools = [.. tools] };
        set(options);
        return Write(Request(options, User("hi")));
    }

    [Fact]
    public void A_function_is_written_flat_with_its_schema()
    {
        var body = WriteTools(static _ => { }, new ToolDeclaration("f", "does", Schema), new ToolDeclaration("g", null, default), new ToolDeclaration("h", null, Json("{}"))).Body;
        Same("""
            [{"name":"f","description":"does","input_schema":{"type":"object","properties":{"a":{"type":"string"}}}},
             {"name":"g","input_schema":{"type":"object","properties":{}}},
             {"name":"h","input_schema":{"type":"object"}}]
            """, body.GetProperty("tools"));
        Assert.False(body.TryGetProperty("tool_choice", out _));
    }

    public static TheoryData<string?, bool?, string?> Choices => new()
    {
        { "auto", null, """{"type":"auto"}""" },
        { "none", false, """{"type":"none"}""" },
        { "any", null, """{"type":"any"}""" },
        { "f", null, """{"type":"tool","name":"f"}""" },
        { "any", false, """{"type":"any","disable_parallel_tool_use":true}""" },
        { null, false, """{"type":"auto","disable_parallel_tool_use":true}""" },
        { "auto", true, """{"type":"auto","disable_parallel_tool_use":false}""" },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public void The_choice_is_mapped_and_the_parallel_switch_is_inverted_inside_it(string? mode, bool? parallel, string? expected)
    {
        var body = WriteTools(
            options =>
            {
                options.ToolMode = mode switch
                {
                    null => null,
                    "auto" => ChatToolMode.Auto,
                    "none" => ChatToolMode.None,
                    "any" => ChatToolMode.RequireAny,
                    _ => ChatToolMode.RequireSpecific(mode),
                };
                options.AllowMultipleToolCalls = parallel;
            },
            new ToolDeclaration("f", null, Schema)).Body;
        Same(expected!, body.GetProperty("tool_choice"));
    }

    [Fact]
    public void A_model_that_cannot_be_forced_is_left_to_choose_and_that_is_said()
    {
        var options = new ChatOptions { Tools = [new ToolDeclaration("f", null, Schema)], ToolMode = ChatToolMode.RequireSpecific("f") };
        var (body, losses) = Write(Request(options, User("hi")), Newer with { ForcedTools = false });
        Same("""{"type":"auto"}""", body.GetProperty("tool_choice"));
        Assert.Equal("tool_choice;approximated", losses);
    }

    [Fact]
    public void A_choice_without_tools_is_not_written()
    {
        var body = Write(Request(new ChatOptions { ToolMode = ChatToolMode.Auto, AllowMultipleToolCalls = false }, User("hi"))).Body;
        Assert.False(body.TryGetProperty("tool_choice", out _));
    }

    [Fact]
    public void Server_tools_go_back_as_they_came_and_foreign_ones_are_reported()
    {
        var (body, losses) = WriteTools(
            static _ => { },
            new OpaqueTool("anthropic-messages", "web_search_20250305", Json("""{"type":"web_search_20250305","name":"web_search","max_uses":3}""")),
            new OpaqueTool("openai-responses", "file_search", Json("{}")));
        Same("""[{"type":"web_search_20250305","name":"web_search","max_uses":3}]""", body.GetProperty("tools"));
        Assert.Equal("tools.file_search;dropped", losses);
    }

    [Fact]
    public void A_choice_among_some_tools_is_emulated_by_offering_only_those()
    {
        var (body, losses) = WriteTools(
            static options =>
            {
                options.ToolMode = ChatToolMode.RequireAny;
                Vocabulary.Set(options, Vocabulary.AllowedTools, new[] { "g" });
            },
            new ToolDeclaration("f", null, Schema), new ToolDeclaration("g", null, Schema));
        Assert.Equal("g", Assert.Single(body.GetProperty("tools").EnumerateArray()).GetProperty("name").GetString());
        Same("""{"type":"any"}""", body.GetProperty("tool_choice"));
        Assert.Equal("tool_choice;emulated", losses);
    }

    [Fact]
    public void A_strict_tool_is_strict_only_where_schemas_are_enforced()
    {
        var tool = new ToolDeclaration("f", null, Schema).With(Vocabulary.Strict, true);
        var (body, losses) = Write(Request(new ChatOptions { Tools = [tool] }, User("hi")));
        Assert.True(body.GetProperty("tools")[0].GetProperty("strict").GetBoolean());
        Assert.False(body.GetProperty("tools")[0].GetProperty("input_schema").GetProperty("additionalProperties").GetBoolean());
        Assert.Equal("tools.parameters;approximated", losses);
        (body, losses) = Write(Request(new ChatOptions { Tools = [tool] }, User("hi")), Older with { JsonSchema = false });
        Assert.False(body.GetProperty("tools")[0].TryGetProperty("strict", out _));
        Assert.Equal("tools.strict;dropped", losses);
    }

    [Fact]
    public void Enforced_output_is_written_as_a_schema_in_the_subset_that_is_taken()
    {
        var schema = Json("""
            {"type":"object","properties":{"n":{"type":"integer","minimum":1,"description":"N"},"l":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"object","properties":{}}},
             "u":{"oneOf":[{"type":"string","format":"uuid"},{"type":["object","null"]}]}},"required":["n"]}
            """);
        var (body, losses) = Write(Request(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) }, User("hi")));
        Same("""
            {"format":{"type":"json_schema","schema":{"type":"object","properties":{"n":{"type":"integer","description":"N"},
             "l":{"type":"array","minItems":1,"items":{"type":"object","properties":{},"additionalProperties":false}},
             "u":{"anyOf":[{"type":"string","format":"uuid"},{"type":["object","null"],"additionalProperties":false}]}},"required":["n"],"additionalProperties":false}}}
            """, body.GetProperty("output_config"));
        Assert.Equal("response_format;approximated", losses);
    }

    [Fact]
    public void A_schema_inside_the_subset_is_written_as_it_is()
    {
        const string Text = """{"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"enum":["x"]}},"additionalProperties":false}""";
        var (body, losses) = Write(Request(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json(Text)) }, User("hi")));
        Same(Text, body.GetProperty("output_config").GetProperty("format").GetProperty("schema"));
        Assert.Equal("", losses);
    }

    [Fact]
    public void Without_enforced_output_the_model_is_told_the_schema()
    {
        var format = ChatResponseFormat.ForJsonSchema(Json("""{"type":"object","title":"Marker"}"""));
        var (body, losses) = Write(Request(new ChatOptions { ResponseFormat = format, Instructions = "Be kind" }, User("hi")), Older with { JsonSchema = false });
        Assert.False(body.TryGetProperty("output_config", out _));
        Assert.Contains("""{"type":"object","title":"Marker"}""", body.GetProperty("system")[1].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("response_format;emulated", losses);
        (body, losses) = Write(Request(new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, User("hi")));
        Assert.Contains("JSON object", body.GetProperty("system").GetString(), StringComparison.Ordinal);
        Assert.Equal("response_format;emulated", losses);
    }
}
