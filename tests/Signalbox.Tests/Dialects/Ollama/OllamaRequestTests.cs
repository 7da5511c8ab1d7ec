using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Ollama;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Ollama.OllamaFixture;

namespace Signalbox.Tests.Dialects.Ollama;

public sealed class OllamaRequestTests
{
    [Fact]
    public void A_whole_conversation_is_written_as_the_golden_files_say()
    {
        var request = Read(GoldenFile.Read("request.json"));
        var own = Outbound(request);
        GoldenFile.Check("request.written.json", Write(own) + "\n");
        Assert.Equal("", Losses(own));
        var other = Outbound(request);
        GoldenFile.Check("request.openai-chat.json", StreamChecks.Json(json => OpenAiChatDialect.Instance.WriteRequest(other, json)) + "\n");
    }

    [Fact]
    public void Without_the_field_a_request_streams()
    {
        Assert.True(Read("""{"model":"m","messages":[]}""").Stream);
        Assert.True(Read("""{"model":"m","prompt":"hi"}""", OllamaGenerateDialect.Instance).Stream);
        Assert.False(Read("""{"model":"m","messages":[],"stream":false}""").Stream);
        Assert.Contains("\"stream\":false", Write(Outbound(Request(stream: false))));
        Assert.Contains("\"stream\":true", Write(Outbound(Request(stream: true))));
    }

    [Fact]
    public void A_prompt_that_is_too_long_is_never_cut_silently() =>
        Assert.Contains("\"truncate\":false", Write(Outbound(Request())));

    [Fact]
    public void Results_without_ids_belong_to_the_calls_of_their_name_in_order()
    {
        var messages = Read(GoldenFile.Read("request.json")).Messages;
        var calls = messages[2].Contents.OfType<FunctionCallContent>().ToList();
        Assert.Equal("call_own", calls[2].CallId);
        Assert.NotEqual(calls[0].CallId, calls[1].CallId);
        Assert.Equal(
            [(calls[0].CallId, "first"), ("call_own", "noon"), (calls[1].CallId, "second")],
            messages[3..6].Select(message => Assert.IsType<FunctionResultContent>(Assert.Single(message.Contents))).Select(result => (result.CallId, (string)result.Result!)));
    }

    [Fact]
    public void A_result_with_neither_id_nor_name_belongs_to_the_first_open_call()
    {
        var messages = Read("""
            {"model":"m","messages":[
              {"role":"assistant","content":"","tool_calls":[{"id":"a","function":{"name":"x"}},{"id":"b","function":{"name":"y"}}]},
              {"role":"tool","content":"1"},{"role":"tool","content":"2"}]}
            """).Messages;
        Assert.Equal(["a", "b"], messages[1..].Select(message => ((FunctionResultContent)message.Contents[0]).CallId));
    }

    [Fact]
    public void Minted_ids_are_the_same_whenever_the_same_conversation_comes()
    {
        var body = GoldenFile.Read("request.json");
        Assert.Equal(RequestText.Of(Read(body)), RequestText.Of(Read(body)));
    }

    [Theory]
    [InlineData("iVBORw0KGgoAAAANSUhEUgAA", "image/png")]
    [InlineData("/9j/4AAQSkZJRgABAQAAAQAB", "image/jpeg")]
    [InlineData("R0lGODlhAQABAIAAAAAAAP//", "image/gif")]
    [InlineData("UklGRiQAAABXRUJQVlA4IBgA", "image/webp")]
    [InlineData("UklGRiQAAABXQVZFVlA4IBgA", "image/*")]
    [InlineData("aGVsbG8=", "image/*")]
    [InlineData("", "image/*")]
    public void An_image_says_itself_what_it_is(string base64, string mediaType)
    {
        var request = Read("""{"model":"m","messages":[{"role":"user","content":"?","images":["$"]}]}""".Replace("$", base64, StringComparison.Ordinal));
        var image = Assert.IsType<DataContent>(request.Messages[0].Contents[1]);
        Assert.Equal(mediaType, image.MediaType);
        Assert.Equal(base64, image.Base64Data.ToString());
    }

    [Fact]
    public void An_image_by_address_is_dropped_and_reported_because_nothing_is_fetched()
    {
        var message = new ChatMessage(ChatRole.User, [
            new TextContent("See "), new UriContent("https://example.com/a.png", "image/png"), new TextContent("this"),
            new DataContent("data:audio/wav;base64,AAAA"), new HostedFileContent("file-1"), new DataContent("data:application/pdf;base64,AAAA")]);
        var outbound = Outbound(Request([message]));
        Assert.Contains("""{"role":"user","content":"See this"}""", Write(outbound));
        Assert.Equal("content.image;dropped, content.audio;dropped, content.file;dropped", Losses(outbound));
    }

    [Fact]
    public void Developer_messages_and_instructions_become_system_messages_in_their_place()
    {
        var messages = new[] { new ChatMessage(ChatRole.User, "a"), new ChatMessage(Vocabulary.Developer, "b") };
        Assert.Contains(
            """[{"role":"system","content":"first"},{"role":"user","content":"a"},{"role":"system","content":"b"}]""",
            Write(Outbound(Request(messages, new ChatOptions { Instructions = "first" }))));
    }

    [Fact]
    public void Arguments_that_are_no_object_become_an_empty_one_and_are_reported()
    {
        var call = new ChatMessage(ChatRole.Assistant, [Contents.ToolCall("c1", "f", "{\"a\": 1, \"b\": \"cut of")]);
        var outbound = Outbound(Request([call]));
        Assert.Contains("""{"id":"c1","function":{"index":0,"name":"f","arguments":{}}}""", Write(outbound));
        Assert.Equal("tool_call.arguments;approximated", Losses(outbound));
    }

    [Fact]
    public void A_result_names_its_tool_and_its_call()
    {
        ChatMessage[] messages = [
            new(ChatRole.Assistant, [Contents.ToolCall("c1", "f", " "), Contents.ToolCall("c2", "g", "{\"a\":\n1.50}")]),
            new(ChatRole.Tool, [new FunctionResultContent("c2", "two"), new FunctionResultContent("c1", StreamChecks.Parse("""{"n":1}""")), new FunctionResultContent("lost", "?")])];
        var written = Write(Outbound(Request(messages)));
        Assert.Contains("""{"role":"tool","content":"two","tool_name":"g","tool_call_id":"c2"},{"role":"tool","content":"{\"n\":1}","tool_name":"f","tool_call_id":"c1"},{"role":"tool","content":"?","tool_call_id":"lost"}""", written);
        Assert.Contains("\"arguments\":{\"a\": 1.50}", written);
    }

    [Fact]
    public void Results_inside_a_user_message_come_before_its_text()
    {
        var message = new ChatMessage(ChatRole.User, [new TextContent("go on"), new FunctionResultContent("c", "r")]);
        Assert.Contains("""[{"role":"tool","content":"r","tool_call_id":"c"},{"role":"user","content":"go on"}]""", Write(Outbound(Request([message]))));
    }

    [Fact]
    public void Images_of_a_result_go_along_and_a_failure_is_reported()
    {
        var result = new FunctionResultContent("c", new List<AIContent> { new TextContent("seen"), new DataContent("data:image/png;base64,AAAA"), new UriContent("https://e.com/x.png", "image/png") });
        Vocabulary.Set(result, Vocabulary.IsError, true);
        var outbound = Outbound(Request([new ChatMessage(ChatRole.Tool, [result])]));
        Assert.Contains("""{"role":"tool","content":"seen","tool_call_id":"c","images":["AAAA"]}""", Write(outbound));
        Assert.Equal("tool_result.image;dropped, tool_result.is_error;dropped", Losses(outbound));
    }

    [Fact]
    public void Only_reasoning_that_no_other_provider_signed_goes_back()
    {
        var foreign = new TextReasoningContent("theirs") { ProtectedData = "sig" };
        Vocabulary.Set(foreign, Vocabulary.SignedBy, "anthropic-messages");
        var outbound = Outbound(Request([new ChatMessage(ChatRole.Assistant, [new TextReasoningContent("plain"), foreign, new TextContent("x")])]));
        Assert.Contains("""{"role":"assistant","content":"x","thinking":"plain"}""", Write(outbound));
        Assert.Equal("messages.reasoning;dropped", Losses(outbound));
    }

    [Theory]
    [InlineData("none", "tools")]
    [InlineData("auto", "")]
    public void A_choice_that_can_be_kept_is_no_loss(string choice, string missing)
    {
        var options = new ChatOptions { Tools = [new ToolDeclaration("f", null, default)], ToolMode = choice == "none" ? ChatToolMode.None : ChatToolMode.Auto };
        var outbound = Outbound(Request(options: options));
        Assert.Equal(missing.Length == 0, Write(outbound).Contains("\"tools\"", StringComparison.Ordinal));
        Assert.Equal("", Losses(outbound));
    }

    [Fact]
    public void A_forced_choice_is_reported_as_dropped()
    {
        var options = new ChatOptions { Tools = [new ToolDeclaration("f", null, default)], ToolMode = ChatToolMode.RequireSpecific("f"), AllowMultipleToolCalls = false };
        var outbound = Outbound(Request(options: options));
        Assert.DoesNotContain("tool_choice", Write(outbound));
        Assert.Equal("tool_choice;dropped, parallel_tool_calls;dropped", Losses(outbound));
    }

    [Fact]
    public void A_provider_tool_of_another_dialect_is_dropped_by_name()
    {
        var outbound = Outbound(Request(options: new ChatOptions { Tools = [new OpaqueTool("openai-responses", "web_search", StreamChecks.Parse("{}"))] }));
        Assert.Contains("\"tools\":[]", Write(outbound));
        Assert.Equal("tools.web_search;dropped", Losses(outbound));
    }

    [Theory]
    [InlineData("low", "gpt-oss:20b", "\"low\"", "")]
    [InlineData("max", "gpt-oss:20b", "\"high\"", "reasoning;approximated")]
    [InlineData("minimal", "gpt-oss:20b", "\"low\"", "reasoning;approximated")]
    [InlineData("high", "qwen3:4b", "true", "reasoning;approximated")]
    [InlineData("none", "qwen3:4b", "false", "")]
    public void An_effort_becomes_a_level_only_where_the_model_has_levels(string effort, string upstream, string think, string losses)
    {
        var options = new ChatOptions();
        OpenAiShared.SetEffort(options, effort);
        var outbound = Outbound(Request(options: options), upstream);
        Assert.Contains($"\"think\":{think}", Write(outbound));
        Assert.Equal(losses, Losses(outbound));
    }

    [Theory]
    [InlineData(0, "false", "")]
    [InlineData(-1, "true", "")]
    [InlineData(8192, "true", "reasoning;approximated")]
    public void A_budget_becomes_the_switch(int budget, string think, string losses)
    {
        var options = new ChatOptions();
        Vocabulary.Set(options, Vocabulary.ThinkingBudget, budget);
        var outbound = Outbound(Request(options: options));
        Assert.Contains($"\"think\":{think}", Write(outbound));
        Assert.Equal(losses, Losses(outbound));
    }

    [Fact]
    public void The_catalog_says_which_levels_a_model_has()
    {
        var options = new ChatOptions();
        OpenAiShared.SetEffort(options, "max");
        var outbound = Outbound(Request(options: options), capabilities: new ModelCapabilities { Efforts = ["minimal", "low", "max"] });
        Assert.Contains("\"think\":\"max\"", Write(outbound));
        Assert.Equal("", Losses(outbound));
    }

    [Fact]
    public void Sampling_that_the_model_refuses_is_left_out_and_reported()
    {
        var options = new ChatOptions { Temperature = 1, TopP = 0.5f, TopK = 3, Seed = 1, MaxOutputTokens = 9 };
        Vocabulary.Set(options, Vocabulary.ChoiceCount, 2);
        var outbound = Outbound(Request(options: options), capabilities: new ModelCapabilities { Sampling = false });
        Assert.Contains("""{"seed":1,"num_predict":9}""", Write(outbound));
        Assert.Equal("temperature;dropped, top_p;dropped, top_k;dropped, n;dropped", Losses(outbound));
    }

    [Fact]
    public void A_limit_below_zero_is_no_limit() =>
        Assert.Null(Read("""{"model":"m","messages":[],"options":{"num_predict":-1}}""").Options.MaxOutputTokens);

    [Fact]
    public void An_empty_format_asks_for_nothing()
    {
        Assert.Null(Read("""{"model":"m","messages":[],"format":""}""").Options.ResponseFormat);
        Assert.Same(ChatResponseFormat.Json, Read("""{"model":"m","messages":[],"format":"json"}""").Options.ResponseFormat);
    }

    [Fact]
    public void A_generate_request_becomes_a_system_and_a_user_message()
    {
        var request = Read("""{"model":"m","system":"s","prompt":"p","images":["/9j/4AAQ"],"raw":false,"suffix":"","format":"json","stream":false}""", OllamaGenerateDialect.Instance);
        Assert.Equal("system", request.Messages[0].Role.Value);
        Assert.Equal(["text p", "data image/jpeg  /9j/4AAQ"], request.Messages[1].Contents.Select(RequestText.Of));
        Assert.Equal(OllamaDialect.DialectName, ((IDialect)OllamaGenerateDialect.Instance).Family);
    }

    [Theory]
    [InlineData("""[]""", "")]
    [InlineData("""{"messages":[]}""", "model")]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"model":"m","messages":{}}""", "messages")]
    [InlineData("""{"model":"m","messages":[1]}""", "messages[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"robot","content":"b"}]}""", "messages[1].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":["a"]}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","images":["!"]}]}""", "messages[0].images[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"a","images":[{}]}]}""", "messages[0].images[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}]}""", "messages[0].tool_calls[0].function.arguments")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a"}]}]}""", "messages[0].tool_calls[0].function")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","thinking":1}]}""", "messages[0].thinking")]
    [InlineData("""{"model":"m","messages":[],"tools":[{"type":"function"}]}""", "tools[0].function")]
    [InlineData("""{"model":"m","messages":[],"tools":[null]}""", "tools[0]")]
    [InlineData("""{"model":"m","messages":[],"format":"xml"}""", "format")]
    [InlineData("""{"model":"m","messages":[],"format":1}""", "format")]
    [InlineData("""{"model":"m","messages":[],"think":"deep"}""", "think")]
    [InlineData("""{"model":"m","messages":[],"think":1}""", "think")]
    [InlineData("""{"model":"m","messages":[],"stream":"yes"}""", "stream")]
    [InlineData("""{"model":"m","messages":[],"keep_alive":{}}""", "keep_alive")]
    [InlineData("""{"model":"m","messages":[],"options":[]}""", "options")]
    [InlineData("""{"model":"m","messages":[],"options":{"temperature":"hot"}}""", "options.temperature")]
    [InlineData("""{"model":"m","messages":[],"options":{"stop":[1]}}""", "options.stop[0]")]
    [InlineData("""{"model":"m","messages":[],"logprobs":1}""", "logprobs")]
    public void What_is_wrong_is_named_by_its_path(string body, string field)
    {
        var error = Refused(body);
        Assert.Equal(field, error.Field);
        Assert.Equal(400, error.Status);
    }

    [Fact]
    public void An_unknown_level_of_thinking_is_named() =>
        Assert.Equal("think must be true, false, low, medium, high or max, not 'deep'", Refused("""{"model":"m","messages":[],"think":"deep"}""").Message);
}
