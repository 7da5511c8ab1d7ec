using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Pairs;

public sealed class ToolNameMapTests
{
    private static readonly string Long = new('n', 200);

    [Theory]
    [InlineData("openai-chat", "get-weather_2", true)]
    [InlineData("openai-chat", "fs.read", false)]
    [InlineData("openai-responses", "wetter für", false)]
    [InlineData("anthropic-messages", "fs.read", false)]
    [InlineData("anthropic-messages", "", false)]
    [InlineData("gemini", "fs.read-2", true)]
    [InlineData("gemini", "2fs", false)]
    [InlineData("gemini", "-fs", false)]
    [InlineData("gemini", "_fs", true)]
    [InlineData("gemini", "fs/read", false)]
    [InlineData("ollama", "fs/read für", true)]
    public void Only_names_that_the_target_refuses_are_changed(string target, string name, bool isFine)
    {
        var map = ToolNameMap.Create(Request([name]), target);
        Assert.Equal(isFine, map is null);
        Assert.Equal(isFine, map is null || ToolNameRule.Of(target)!.Accepts(name));
        if (map is not null)
        {
            Assert.True(ToolNameRule.Of(target)!.Accepts(map.SentName(name)), map.SentName(name));
            Assert.Equal(name, map.GivenName(map.SentName(name)));
        }
    }

    [Theory]
    [InlineData("openai-chat", 64)]
    [InlineData("openai-responses", 64)]
    [InlineData("anthropic-messages", 128)]
    [InlineData("gemini", 64)]
    public void A_long_name_is_cut_and_stays_apart_from_others_that_begin_alike(string target, int length)
    {
        string[] names = [Long, Long + "a", new('n', length), new('n', length + 1)];
        var map = ToolNameMap.Create(Request(names), target)!;
        Assert.Equal(names.Length, names.Select(map.SentName).Distinct().Count());
        Assert.All(names, name => Assert.InRange(map.SentName(name).Length, 1, length));
        Assert.All(names, name => Assert.Equal(name, map.GivenName(map.SentName(name))));
        Assert.Equal(names[2], map.SentName(names[2]));
    }

    [Fact]
    public void Names_that_come_out_alike_stay_apart_and_a_fine_name_is_never_taken_from_its_tool()
    {
        string[] names = ["fs.read", "fs/read", "fs_read", "fs read"];
        var map = ToolNameMap.Create(Request(names), "anthropic-messages")!;
        Assert.Equal(4, names.Select(map.SentName).Distinct().Count());
        Assert.Equal("fs_read", map.SentName("fs_read"));
        Assert.Equal(names, names.Select(map.SentName).Select(map.GivenName));
    }

    [Fact]
    public void The_next_turn_of_the_conversation_has_the_same_names()
    {
        string[] tools = ["fs.read", "fs/read", Long];
        var first = ToolNameMap.Create(Request(tools), "openai-chat")!;
        var second = ToolNameMap.Create(Request(tools, calls: ["fs/read", "gone tool", "fs.read"]), "openai-chat")!;
        Assert.Equal(tools.Select(first.SentName), tools.Select(second.SentName));
        Assert.Equal("gone_tool", second.SentName("gone tool"));
    }

    [Fact]
    public void Nothing_is_allocated_when_all_names_are_fine()
    {
        var request = Request(["a", "b"], calls: ["a", "b", "a"]);
        ToolNameMap.Create(request, "gemini");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var map = ToolNameMap.Create(request, "gemini");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Null(map);
    }

    [Fact]
    public void Tools_choice_allowed_names_and_calls_are_renamed_and_the_callers_request_stays_as_it_was()
    {
        var request = Request(["fs.read", "ok"], calls: ["fs.read", "ok"]);
        request.Options.ToolMode = ChatToolMode.RequireSpecific("fs.read");
        Vocabulary.Set(request.Options, Vocabulary.AllowedTools, (string[])["fs.read", "ok"]);
        var before = RequestText.Of(request);

        var sent = ToolNameMap.Create(request, "anthropic-messages")!.Apply(request);

        Assert.Equal(before, RequestText.Of(request));
        Assert.Equal(["fs_read", "ok"], sent.Options.Tools!.Select(tool => tool.Name));
        Assert.True(((ToolDeclaration)sent.Options.Tools![0]).Strict);
        Assert.Equal("of fs.read", sent.Options.Tools![0].Description);
        Assert.Equal("fs_read", ((RequiredChatToolMode)sent.Options.ToolMode!).RequiredFunctionName);
        Assert.Equal(["fs_read", "ok"], Vocabulary.Get<string[]>(sent.Options.AdditionalProperties, Vocabulary.AllowedTools)!);
        Assert.Equal(before.Replace("fs.read", "fs_read", StringComparison.Ordinal).Replace("of fs_read", "of fs.read", StringComparison.Ordinal), RequestText.Of(sent));
    }

    [Fact]
    public void An_answers_calls_get_the_callers_names_back_whole_and_in_pieces()
    {
        var map = ToolNameMap.Create(Request(["fs.read", "ok"]), "anthropic-messages")!;
        var signed = new ToolCallDelta(1) { CallId = "c", Name = "fs_read", Arguments = "{", AdditionalProperties = new() { ["k"] = 1 } };
        List<AIContent> contents = [new TextContent("fs_read"), signed, new ToolCallDelta(1) { Arguments = "}" }, Contents.ToolCall("d", "fs_read", "{\"fs_read\":1}"), Contents.ToolCall("e", "ok", "{}")];

        map.Restore(contents);

        Assert.Equal("fs_read", ((TextContent)contents[0]).Text);
        var delta = Assert.IsType<ToolCallDelta>(contents[1]);
        Assert.Equal((1, "c", "fs.read", "{"), (delta.Index, delta.CallId, delta.Name, delta.Arguments));
        Assert.Equal(1, delta.AdditionalProperties!["k"]);
        Assert.Null(((ToolCallDelta)contents[2]).Name);
        var call = Assert.IsType<FunctionCallContent>(contents[3]);
        Assert.Equal(("d", "fs.read", "{\"fs_read\":1}"), (call.CallId, call.Name, Contents.ArgumentsText(call)));
        Assert.Equal("ok", ((FunctionCallContent)contents[4]).Name);
    }

    private static DialectRequest Request(string[] tools, string[]? calls = null) => new()
    {
        Model = "m",
        Messages = calls is null
            ? [new ChatMessage(ChatRole.User, "hi")]
            : [new ChatMessage(ChatRole.User, "hi"), new ChatMessage(ChatRole.Assistant, [.. calls.Select((name, i) => Contents.ToolCall($"c{i}", name, "{}"))])],
        Options = new ChatOptions { Tools = [.. tools.Select(name => new ToolDeclaration(name, $"of {name}", default).With(Vocabulary.Strict, true))] },
    };
}
