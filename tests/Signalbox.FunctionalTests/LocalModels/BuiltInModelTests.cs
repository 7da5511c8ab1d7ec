using Microsoft.Extensions.AI;
using Signalbox.FunctionalTests.Support;
using Signalbox.Inference.Tests.Support;
using Signalbox.Pipeline;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.LocalModels;

/// <summary>The model beside the executable, with nothing configured and beside what is.</summary>
public sealed class BuiltInModelTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("built-in-models");

    public BuiltInModelTests() => RandomModels.Write(new RandomModel(), Path.Combine(_folder.FullName, "banking.gguf"));

    [Fact]
    public async Task With_nothing_configured_auto_answers_with_it()
    {
        using var runtime = Runtime("{}");
        using var client = new SignalboxChatClient(runtime);

        var response = await client.GetResponseAsync([new ChatMessage(ChatRole.User, "What are ATM fees?")], new ChatOptions { MaxOutputTokens = 4 }, Patience.Token);

        Assert.Equal("banking", response.ModelId);
        var record = Assert.Single(runtime.Journal.ToList());
        Assert.Equal(("local/banking", "auto", 0m), (record.Model, record.Route, record.CostUsd));
    }

    [Theory]
    [InlineData("cheapest")]
    [InlineData("balanced")]
    [InlineData("quality")]
    [InlineData("fastest")]
    public async Task Where_a_provider_is_configured_no_strategy_of_auto_prefers_it_and_it_answers_when_the_provider_does_not(string strategy)
    {
        var isBroken = false;
        await using var cloud = await FakeUpstream.StartAsync(call => isBroken
            ? call.AnswerAsync(401, "application/json", """{"error":{"message":"no"}}""")
            : Plain.PlainBench.SayAsync(call, "cloud", logprobs: false));
        using var runtime = Runtime($$"""{ "providers": { "openai": { "baseUrl": "{{cloud.BaseUrl("cloud")}}", "apiKey": "k" } } }""");
        using var client = new SignalboxChatClient(runtime);
        var options = new ChatOptions { MaxOutputTokens = 4, AdditionalProperties = new() { ["signalbox.strategy"] = strategy } };

        var general = await client.GetResponseAsync([new ChatMessage(ChatRole.User, "What is the capital of France?")], options, Patience.Token);
        isBroken = true;
        var fallback = await client.GetResponseAsync([new ChatMessage(ChatRole.User, "What are ATM fees?")], options, Patience.Token);

        Assert.Equal("cloud cloud cloud", general.Text);
        Assert.Equal("banking", fallback.ModelId);
    }

    [Fact]
    public async Task The_shipped_model_answers_most_of_what_is_asked_second_in_a_conversation()
    {
        (string Question, string Answer)[] known =
        [
            ("What are ATM fees?", "Cash machines of Alder Bank"),
            ("How do I order my first debit card?", "Order your physical card"),
            ("i lost my card", "freeze your lost card"),
            ("How long does a transfer take?", "A euro transfer takes one working day"),
            ("Write me a poem about a horse", "That is not something I know about"),
            ("thank you", "welcome"),
        ];
        using var runtime = Runtime("{}", Path.Combine(Repository.Root, "models", "banking"));
        using var client = new SignalboxChatClient(runtime);
        var right = 0;
        foreach (var first in known)
        {
            var opening = new ChatMessage(ChatRole.User, first.Question);
            var reply = new ChatMessage(ChatRole.Assistant, (await client.GetResponseAsync([opening], cancellationToken: Patience.Token)).Text);
            foreach (var second in known.Where(second => second != first))
            {
                var answer = await client.GetResponseAsync([opening, reply, new(ChatRole.User, second.Question)], cancellationToken: Patience.Token);
                right += answer.Text.Contains(second.Answer, StringComparison.Ordinal) ? 1 : 0;
            }
        }

        // Of 30. One that was never shown exchanges of other topics gets one.
        Assert.InRange(right, 15, 30);
    }

    [Fact]
    public async Task The_shipped_model_answers_most_of_what_follows_from_its_answer()
    {
        (string Question, string FollowUp, string Answer)[] known =
        [
            ("What are ATM fees?", "what about when I'm abroad", "Taking out cash abroad works"),
            ("What are ATM fees?", "where can I take out money free", "Cash is always free at Alder machines"),
            ("How do I activate my new debit card?", "is it possible without using the app", "Yes, a new card can be activated without"),
            ("I have lost my card, what should I do?", "Do I have to pay for the new card?", "A replacement card costs 5 euros"),
            ("How do I freeze my card?", "are my subscriptions still paid", "A frozen card refuses all new payments"),
            ("I forgot my PIN, how can I see it?", "can I change the PIN", "You can change your PIN at any Alder"),
            ("How do I make an instant transfer?", "can I stop it again", "No, an instant transfer cannot be cancelled"),
            ("How do I open a joint account?", "do we both get a card", "Yes, in a joint account each of the two"),
            ("How do I send money to another person?", "how long will that need", "A euro transfer takes one working day"),
            ("How do I apply for a personal loan?", "how high is the rate", "The rate of a personal loan starts"),
        ];
        using var runtime = Runtime("{}", Path.Combine(Repository.Root, "models", "banking"));
        using var client = new SignalboxChatClient(runtime);
        var right = 0;
        foreach (var (question, followUp, expected) in known)
        {
            var opening = new ChatMessage(ChatRole.User, question);
            var reply = new ChatMessage(ChatRole.Assistant, (await client.GetResponseAsync([opening], cancellationToken: Patience.Token)).Text);
            var answer = await client.GetResponseAsync([opening, reply, new(ChatRole.User, followUp)], cancellationToken: Patience.Token);
            right += answer.Text.StartsWith(expected, StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.InRange(right, 7, known.Length);
    }

    [Fact]
    public async Task What_the_first_request_will_want_is_loaded_before_it()
    {
        using var runtime = Runtime("{}");

        await runtime.WarmUpAsync(Patience.Token);

        var (model, fault) = await runtime.Services.Local.OpenAsync(Assert.Single(runtime.Snapshot.Local.Models), runtime.Snapshot.Local.Threads, Patience.Token);
        Assert.Null(fault);
        Assert.True(model!.Engine.Statistics.PromptTokens > 0);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private GatewayRuntime Runtime(string json, string? folder = null)
    {
        var config = GatewayHarness.Parse(json);
        return new GatewayRuntime(config with { Local = config.Local with { BuiltInFolder = folder ?? _folder.FullName, Folder = Path.Combine(_folder.FullName, "none") } }, TimeProvider.System);
    }
}
