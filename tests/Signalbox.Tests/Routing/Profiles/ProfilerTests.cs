using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Tokens;
using Signalbox.Routing.Planning;
using Signalbox.Routing.Profiles;

namespace Signalbox.Tests.Routing.Profiles;

public sealed class ProfilerTests
{
    private static readonly Profiler Profiler = new();

    [Fact]
    public void A_plain_question_is_profiled_by_the_classifiers()
    {
        var profile = Profile("""{"model":"auto","messages":[{"role":"system","content":"You are helpful."},{"role":"user","content":"Was ist die Hauptstadt der Mongolei?"}]}""");
        Assert.Equal((TaskNames.QuestionAnswering, ProfileSource.Classifier), (profile.Task, profile.TaskSource));
        Assert.Equal("de", profile.Language);
        Assert.Equal(Complexity.Simple, profile.Complexity);
        Assert.Equal(RequestNeeds.None, profile.Needs);
        Assert.Equal(Modalities.Text, profile.Input);
        Assert.InRange(profile.InputTokens(TokenizerFamily.O200k), 15, 30);
        Assert.Equal((2, 1, false, false), (profile.Conversation.Messages, profile.Conversation.Turns, profile.Conversation.HasToolResults, profile.Conversation.HasToolsThatAct));
    }

    [Fact]
    public void The_caller_goes_before_the_route_and_the_route_before_the_classifier()
    {
        var request = Read("""{"model":"auto","messages":[{"role":"user","content":"Translate to German: hello"}]}""");
        var route = new RouteHints { Task = "banking", Complexity = Complexity.Complex, Language = "nl" };
        var said = Profiler.Profile(request, new CallerHints { Task = "chat", Difficulty = 0.1 }, route);
        Assert.Equal(("chat", ProfileSource.Caller, 0.1, ProfileSource.Caller), (said.Task, said.TaskSource, said.Difficulty, said.DifficultyFinding.Source));
        var routed = Profiler.Profile(request, CallerHints.None, route);
        Assert.Equal(("banking", ProfileSource.Route), (routed.Task, routed.TaskSource));
        Assert.Equal((Complexity.Complex, ProfileSource.Route), (routed.Complexity, routed.DifficultyFinding.Source));
        Assert.Equal(("nl", ProfileSource.Route), (routed.Language, routed.LanguageFinding.Source));
        Assert.Equal((TaskNames.Translation, ProfileSource.Classifier), (Profiler.Profile(request, CallerHints.None, null).Task, ProfileSource.Classifier));
    }

    [Fact]
    public void Needs_are_read_off_the_request()
    {
        var profile = Profile(
            """
            {"model":"auto","stream":true,"max_tokens":300,"reasoning_effort":"high","tool_choice":"required",
             "messages":[{"role":"user","content":[{"type":"text","text":"What is on it?"},{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]},{"role":"assistant","content":"It shows"}],
             "tools":[{"type":"function","function":{"name":"send_email","description":"Sends","parameters":{"type":"object","properties":{}}}}],
             "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"}}}}
            """);
        Assert.Equal(RequestNeeds.Tools | RequestNeeds.ForcedTools | RequestNeeds.JsonSchema | RequestNeeds.Prefill | RequestNeeds.Reasoning, profile.Needs);
        Assert.Equal(Modalities.Text | Modalities.Image, profile.Input);
        Assert.True(profile.Streaming);
        Assert.Equal(300, profile.MaxOutputTokens);
        Assert.True(profile.Conversation.HasToolsThatAct);
    }

    [Theory]
    [InlineData("get_weather", false)]
    [InlineData("searchFlights", false)]
    [InlineData("list-files", false)]
    [InlineData("file_read", false)]
    [InlineData("file_delete", true)]
    [InlineData("send_email", true)]
    [InlineData("bookFlight", true)]
    [InlineData("getaway_plan", true)]
    [InlineData("", true)]
    public void A_tool_acts_unless_its_name_says_that_it_only_looks(string name, bool acts) =>
        Assert.Equal(acts, ActingTools.Acts(new ToolDeclaration(name, null, default)));

    [Fact]
    public void The_key_of_a_conversation_stays_from_turn_to_turn_and_tells_conversations_apart()
    {
        const string First = """{"role":"system","content":"s"},{"role":"user","content":"hello"}""";
        var key = KeyOf(First);
        Assert.Equal(key, KeyOf(First + """,{"role":"assistant","content":"hi"},{"role":"user","content":"and now?"}"""));
        Assert.Equal(22, key.Length);
        string[] others =
        [
            KeyOf("""{"role":"system","content":"t"},{"role":"user","content":"hello"}"""), KeyOf("""{"role":"system","content":"s"},{"role":"user","content":"hellO"}"""),
            KeyOf("""{"role":"system","content":"sh"},{"role":"user","content":"ello"}"""), KeyOf(First, "key-2"), KeyOf(First, null),
            KeyOf("""{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"hello"},{"type":"image_url","image_url":{"url":"https://example.org/a.png"}}]}"""),
        ];
        Assert.Equal(others.Length + 1, others.Append(key).Distinct().Count());

        static string KeyOf(string messages, string? keyId = "key-1") => ProfileOf(messages, keyId).ConversationKey;
    }

    [Fact]
    public void What_the_process_remembers_a_conversation_by_stays_from_turn_to_turn_and_tells_others_apart()
    {
        const string First = """{"role":"system","content":"s"},{"role":"user","content":"hello"}""";
        var number = ProfileOf(First, "key-1").ConversationInProcess;
        Assert.Equal(number, ProfileOf(First + """,{"role":"assistant","content":"hi"},{"role":"user","content":"and now?"}""", "key-1").ConversationInProcess);
        Assert.NotEqual(number, ProfileOf(First, "key-2").ConversationInProcess);
        Assert.NotEqual(number, ProfileOf("""{"role":"system","content":"s"},{"role":"user","content":"hellO"}""", "key-1").ConversationInProcess);
        var longer = new string('x', 1000);
        Assert.NotEqual(ProfileOf($$"""{"role":"user","content":"{{longer}}a"}""", null).ConversationInProcess, ProfileOf($$"""{"role":"user","content":"{{longer}}b"}""", null).ConversationInProcess);
    }

    private static RequestProfile ProfileOf(string messages, string? keyId) =>
        Profiler.Profile(Read($$"""{"model":"auto","messages":[{{messages}}]}"""), CallerHints.None, null, keyId);

    [Fact]
    public void A_long_text_that_is_cut_inside_a_pair_has_a_key() =>
        Assert.Equal(22, Profiler.Profile(InProcess(new string('x', (8 * 1024) - 1) + "😀😀"), CallerHints.None, null).ConversationKey.Length);

    [Fact]
    public void The_profile_of_the_same_request_is_equal()
    {
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(20261121, 9973),
            Prop.ForAll(Gen.Elements("Translate ", "prove ", "😀", "für ", "\n", "{x}", "12 ", "?").ListOf().Select(static p => string.Concat(p)).ToArbitrary(), static text =>
            {
                var (one, other) = (Profiler.Profile(InProcess(text), CallerHints.None, null, "k"), Profiler.Profile(InProcess(text), CallerHints.None, null, "k"));
                Assert.Equal(one, other);
                Assert.Equal(one.GetHashCode(), other.GetHashCode());
                Assert.NotEqual(one, other with { TaskFinding = new TaskFinding("banking", ProfileSource.Route) });
            }));
    }

    [Fact]
    public void A_predictor_may_stand_in_for_the_heuristic()
    {
        var options = new ProfilerOptions { Difficulty = static prompt => prompt.Length / 10.0, Complexity = new ComplexityThresholds(0.1, 0.2) };
        var profile = new Profiler(options).Profile(InProcess("abc"), CallerHints.None, null);
        Assert.Equal((0.3, Complexity.Complex), (profile.Difficulty, profile.Complexity));
        Assert.Equal(1, new Profiler(options).Profile(InProcess(new string('a', 99)), CallerHints.None, null).Difficulty);
    }

    [Fact]
    public void A_profile_may_be_made_by_hand()
    {
        var profile = new RequestProfile { TaskFinding = new TaskFinding("banking", ProfileSource.Route), Needs = RequestNeeds.Tools };
        Assert.Equal(("banking", 0.5, null, ""), (profile.Task, profile.Difficulty, profile.Language, profile.ConversationKey));
    }

    [Fact]
    public void What_was_said_needs_no_classifier()
    {
        var profiler = new Profiler(new ProfilerOptions { Difficulty = static _ => throw new InvalidOperationException("asked") });
        Assert.Equal(0.9, profiler.Profile(InProcess("x"), new CallerHints { Difficulty = 0.9 }, null).Difficulty);
    }

    private static RequestProfile Profile(string body) => Profiler.Profile(Read(body), CallerHints.None, null);

    private static DialectRequest InProcess(string text) => new() { Model = "auto", Messages = [new ChatMessage(ChatRole.User, text)], Options = new ChatOptions() };

    private static DialectRequest Read(string body)
    {
        var problems = new ReadProblems();
        var request = DialectSet.Find("openai-chat")!.ReadRequest(new InboundRequest(JsonDocument.Parse(Encoding.UTF8.GetBytes(body)).RootElement), problems);
        Assert.True(request is not null && problems.Error is null, problems.Error?.Message);
        return request;
    }
}
