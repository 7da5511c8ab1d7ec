using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

public sealed class AnthropicRequestReaderTests
{
    private static DialectRequest ReadContent(string role, string content) =>
        Read($$"""{"model":"m","max_tokens":5,"messages":[{"role":"{{role}}","content":{{content}}}]}""");

    [Fact]
    public void The_system_prompt_becomes_the_leading_message()
    {
        var request = Read("""{"model":"m","max_tokens":5,"system":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Equal([ChatRole.System, ChatRole.User], request.Messages.Select(static m => m.Role));
        var blocks = request.Messages[0].Contents;
        Assert.Equal(["a", "b"], blocks.Select(static c => ((TextContent)c).Text));
        Assert.Equal("ephemeral", ((JsonElement)blocks[1].AdditionalProperties![Vocabulary.CacheControl]!).GetProperty("type").GetString());
    }

    [Fact]
    public void Tool_results_in_a_user_message_become_a_message_of_the_role_tool()
    {
        var request = ReadContent("user", """[{"type":"tool_result","tool_use_id":"a","content":"1"},{"type":"tool_result","tool_use_id":"b","is_error":true},{"type":"text","text":"go on"}]""");
        Assert.Equal([ChatRole.Tool, ChatRole.User], request.Messages.Select(static m => m.Role));
        var results = request.Messages[0].Contents.Cast<FunctionResultContent>().ToArray();
        Assert.Equal(["a", "b"], results.Select(static r => r.CallId));
        Assert.Equal(["1", ""], results.Select(Contents.ResultText));
        Assert.True((bool)results[1].AdditionalProperties![Vocabulary.IsError]!);
        Assert.Null(results[0].AdditionalProperties);
    }

    [Fact]
    public void A_tool_result_of_blocks_keeps_its_image()
    {
        var request = ReadContent("user", """[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"see"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]}]""");
        var parts = (List<AIContent>)((FunctionResultContent)request.Messages[0].Contents[0]).Result!;
        Assert.Equal("see", ((TextContent)parts[0]).Text);
        Assert.Equal("image/png", ((DataContent)parts[1]).MediaType);
    }

    [Fact]
    public void An_assistant_turn_keeps_thoughts_texts_and_calls_in_order()
    {
        var request = ReadContent("assistant", """[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"d"},{"type":"text","text":"t"},{"type":"tool_use","id":"c","name":"f","input":{"b":1,"a":2}}]""");
        var contents = request.Messages[0].Contents;
        var thought = (TextReasoningContent)contents[0];
        Assert.Equal(("hm", "s"), (thought.Text, thought.ProtectedData));
        Assert.Equal("anthropic-messages", thought.AdditionalProperties![Vocabulary.SignedBy]);
        var redacted = (TextReasoningContent)contents[1];
        Assert.Equal(("", "d"), (redacted.Text, redacted.ProtectedData));
        Assert.True((bool)redacted.AdditionalProperties![Vocabulary.Redacted]!);
        Assert.Equal("t", ((TextContent)contents[2]).Text);
        Assert.Equal("""{"b":1,"a":2}""", Contents.ArgumentsText((FunctionCallContent)contents[3]));
    }

    [Fact]
    public void Images_and_documents_are_read_from_every_source()
    {
        var contents = ReadContent("user", """
            [{"type":"image","source":{"type":"url","url":"https://example.test/a.png"}},
             {"type":"image","source":{"type":"file","file_id":"file_1"}},
             {"type":"document","title":"T","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}},
             {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"},"citations":{"enabled":true}},
             {"type":"document","source":{"type":"url","url":"https://example.test/a.pdf"}},
             {"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}},
             {"type":"container_upload","file_id":"file_2"}]
            """).Messages[0].Contents;
        Assert.Equal("image/*", ((UriContent)contents[0]).MediaType);
        Assert.Equal(("file_1", "image/*"), (((HostedFileContent)contents[1]).FileId, ((HostedFileContent)contents[1]).MediaType));
        Assert.Equal(("T", "application/pdf"), (((DataContent)contents[2]).Name, ((DataContent)contents[2]).MediaType));
        Assert.Equal("plain", Encoding.UTF8.GetString(((DataContent)contents[3]).Data.Span));
        Assert.Equal("application/pdf", ((UriContent)contents[4]).MediaType);
        Assert.Equal("xy", Encoding.UTF8.GetString(((DataContent)contents[5]).Data.Span));
        Assert.Equal("container_upload", ((OpaqueContent)contents[6]).Type);
    }

    [Fact]
    public void Options_come_over()
    {
        var request = Read("""
            {"model":"m","max_tokens":7,"stream":true,"temperature":0.5,"top_p":0.25,"top_k":3,"stop_sequences":["x","y"],"metadata":{"user_id":"u"},
             "messages":[],"output_config":{"effort":"high","format":{"type":"json_schema","schema":{"type":"object"}}}}
            """);
        var options = request.Options;
        Assert.True(request.Stream);
        Assert.Equal((7, 0.5f, 0.25f, 3), (options.MaxOutputTokens, options.Temperature, options.TopP, options.TopK));
        Assert.Equal(["x", "y"], options.StopSequences);
        Assert.Equal("u", options.AdditionalProperties![Vocabulary.User]);
        Assert.Equal("high", options.AdditionalProperties[Vocabulary.Effort]);
        Assert.Equal(ReasoningEffort.High, options.Reasoning!.Effort);
        Assert.Equal("object", ((ChatResponseFormatJson)options.ResponseFormat!).Schema!.Value.GetProperty("type").GetString());
    }

    [Fact]
    public void Tools_and_choice_come_over_and_server_tools_are_kept_as_they_are()
    {
        var options = Read("""
            {"model":"m","max_tokens":7,"messages":[],"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true},
             "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true,"cache_control":{"type":"ephemeral"}},{"type":"web_search_20250305","name":"web_search"}]}
            """).Options;
        var function = (ToolDeclaration)options.Tools![0];
        Assert.Equal(("f", "d", true), (function.Name, function.Description, function.Strict));
        Assert.True(function.AdditionalProperties.ContainsKey(Vocabulary.CacheControl));
        Assert.Equal("web_search_20250305", ((OpaqueTool)options.Tools[1]).Name);
        Assert.Equal("f", ((RequiredChatToolMode)options.ToolMode!).RequiredFunctionName);
        Assert.False(options.AllowMultipleToolCalls);
    }

    [Theory]
    [InlineData("""{"type":"enabled","budget_tokens":2048}""", 2048, null)]
    [InlineData("""{"type":"disabled"}""", null, "none")]
    [InlineData("""{"type":"adaptive"}""", -1, null)]
    public void Thinking_becomes_a_budget_or_an_effort(string thinking, int? budget, string? effort)
    {
        var properties = Read($$"""{"model":"m","max_tokens":7,"messages":[],"thinking":{{thinking}}}""").Options.AdditionalProperties;
        Assert.Equal(budget, Vocabulary.Get<int?>(properties, Vocabulary.ThinkingBudget));
        Assert.Equal(effort, Vocabulary.Get<string>(properties, Vocabulary.Effort));
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":null,"messages":[]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":"5","messages":[]}""", "max_tokens")]
    [InlineData("""{"model":"m","max_tokens":-1,"messages":[]}""", "max_tokens")]
    [InlineData("""{"max_tokens":5,"messages":[]}""", "model")]
    [InlineData("""{"model":"m","max_tokens":5}""", "messages")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":{}}""", "messages")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[7]}""", "messages[0]")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"a"},{"role":"tool","content":"b"}]}""", "messages[1].role")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"text":"a"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"no!"}}]}]}""", "messages[0].content[0].source.data")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"png","data":"AAAA"}}]}]}""", "messages[0].content[0].source.media_type")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"nowhere"}}]}]}""", "messages[0].content[0].source.url")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"file","file_id":""}}]}]}""", "messages[0].content[0].source.file_id")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"tool_result","content":"x"}]}]}""", "messages[0].content[0].tool_use_id")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":"{}"}]}]}""", "messages[0].content[0].input")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"system":5}""", "system")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"stop_sequences":["a",1]}""", "stop_sequences[1]")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"tools":[{"name":"f"}]}""", "tools[0].input_schema")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"tools":[7]}""", "tools[0]")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"tool_choice":{"type":"sometimes"}}""", "tool_choice.type")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"tool_choice":{"type":"tool"}}""", "tool_choice.name")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"tool_choice":{"type":"tool","name":" "}}""", "tool_choice.name")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"thinking":{"type":"enabled"}}""", "thinking.budget_tokens")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"metadata":{"user_id":7}}""", "metadata.user_id")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"output_config":{"format":{"type":"json_schema"}}}""", "output_config.format.schema")]
    [InlineData("""{"model":"m","max_tokens":5,"messages":[],"temperature":"hot"}""", "temperature")]
    [InlineData("""[]""", "")]
    public void What_is_wrong_is_named_by_its_path(string body, string field)
    {
        var error = Problem(body);
        Assert.Equal((ErrorKind.InvalidRequest, 400, field), (error.Kind, error.Status, error.Field));
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_model_of_the_path_stands_in_for_the_body()
    {
        var problems = new ReadProblems();
        var request = Dialect.ReadRequest(new InboundRequest(Json("""{"anthropic_version":"x","max_tokens":5,"messages":[]}"""), "from-path"), problems);
        Assert.Equal("from-path", request!.Model);
    }
}
