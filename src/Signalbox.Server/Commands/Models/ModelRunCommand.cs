using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Signalbox.Inference;
using Signalbox.Inference.Sessions;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model run</c>: one answer of a model file, or of each line that is typed, without a gateway around it.</summary>
internal static class ModelRunCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A GGUF model." };
        var prompt = new Argument<string?>("PROMPT") { Description = "What to ask; without it, each line of standard input is asked in one conversation.", Arity = ArgumentArity.ZeroOrOne };
        var system = new Option<string?>("--system") { Description = "Instructions before the conversation.", HelpName = "TEXT" };
        var most = new Option<int?>("--max-tokens") { Description = "The most tokens of an answer.", HelpName = "N" };
        var temperature = new Option<float?>("--temperature") { Description = "0 takes the best token each time; 0.8 when left out.", HelpName = "T" };
        var seed = new Option<long?>("--seed") { Description = "Makes an answer repeatable.", HelpName = "N" };
        var lora = new Option<string[]>("--lora") { Description = "A LoRA adapter, with its scale after a colon if it is not 1. May be repeated.", HelpName = "FILE[:SCALE]" };
        var context = new Option<int?>("--context") { Description = "Tokens that the conversation may have.", HelpName = "N" };
        var threads = new Option<int?>("--threads") { Description = "Threads.", HelpName = "N" };
        var command = new Command("run", "Asks a model file and prints its answer as it comes.") { file, prompt, system, most, temperature, seed, lora, context, threads };
        command.SetAction((parsed, cancel) =>
        {
            var chat = new ChatOptions { MaxOutputTokens = parsed.GetValue(most), Temperature = parsed.GetValue(temperature), Seed = parsed.GetValue(seed), Instructions = parsed.GetValue(system) };
            var engine = new EngineOptions { ContextLength = parsed.GetValue(context), Threads = parsed.GetValue(threads), MaximumSlots = 1 };
            return WrongWords(parsed.GetValue(prompt), chat, engine) is { } problem
                ? Task.FromResult(Fail(problem, CommandLine.WrongWords))
                : RunAsync(parsed.GetValue(file)!, parsed.GetValue(prompt), parsed.GetValue(lora) ?? [], engine, chat, cancel);
        });
        return command;
    }

    private static string? WrongWords(string? prompt, ChatOptions chat, EngineOptions engine) =>
        prompt is not null && string.IsNullOrWhiteSpace(prompt) ? "the prompt is empty. Say what to ask, or leave PROMPT out to type it."
        : chat.MaxOutputTokens < 1 ? "--max-tokens must be 1 or more."
        : chat.Temperature is { } temperature && !(temperature is >= 0 and <= 100) ? "--temperature must be from 0 to 100."
        : engine.ContextLength < 1 ? "--context must be 1 or more."
        : engine.Threads is { } threads && threads is < 1 or > 256 ? "--threads must be from 1 to 256."
        : null;

    private static async Task<int> RunAsync(string file, string? prompt, string[] adapters, EngineOptions options, ChatOptions chat, CancellationToken cancel)
    {
        if (!InferenceEngine.TryLoad(file, options, TimeProvider.System, out var engine, out var fault))
        {
            return Fail(fault.Message, CommandLine.Failed);
        }

        await using (engine)
        {
            if (TryAddAdapters(engine, adapters, chat) is { } problem)
            {
                return Fail(problem, CommandLine.Failed);
            }

            using var client = new LocalChatClient(engine, Path.GetFileNameWithoutExtension(file));
            try
            {
                return await ConverseAsync(client, prompt, chat, cancel);
            }
            catch (EngineException e)
            {
                Console.Out.WriteLine();
                return Fail(e.Message, CommandLine.Failed);
            }
        }
    }

    private static string? TryAddAdapters(InferenceEngine engine, string[] adapters, ChatOptions chat)
    {
        var active = new JsonArray();
        foreach (var given in adapters)
        {
            if (ModelCommand.ReadAdapter(given) is not { } named)
            {
                return ModelCommand.WrongAdapter(given);
            }

            if (!engine.TryAddAdapter(given, named.Path, out var fault))
            {
                return fault.Message;
            }

            active.Add(new JsonObject { ["name"] = given, ["scale"] = named.Scale });
        }

        if (active.Count > 0)
        {
            using var document = JsonDocument.Parse(active.ToJsonString());
            chat.AdditionalProperties = new() { [LocalProperties.Lora] = document.RootElement.Clone() };
        }

        return null;
    }

    private static async Task<int> ConverseAsync(LocalChatClient client, string? prompt, ChatOptions chat, CancellationToken cancel)
    {
        var messages = new List<ChatMessage>();
        while ((prompt ?? await ReadLineAsync(cancel)) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            messages.Add(new ChatMessage(ChatRole.User, line));
            messages.Add(new ChatMessage(ChatRole.Assistant, await AnswerAsync(client, messages, chat, cancel)));
            if (prompt is not null)
            {
                break;
            }
        }

        return CommandLine.Done;
    }

    private static async Task<string?> ReadLineAsync(CancellationToken cancel)
    {
        if (!Console.IsInputRedirected)
        {
            Console.Error.Write("> ");
        }

        return await Console.In.ReadLineAsync(cancel);
    }

    private static async Task<string> AnswerAsync(LocalChatClient client, List<ChatMessage> messages, ChatOptions chat, CancellationToken cancel)
    {
        var answer = new System.Text.StringBuilder();
        UsageDetails? usage = null;
        var start = TimeProvider.System.GetTimestamp();
        await foreach (var update in client.GetStreamingResponseAsync(messages, chat, cancel))
        {
            Console.Out.Write(update.Text);
            answer.Append(update.Text);
            usage = update.Contents.OfType<UsageContent>().FirstOrDefault()?.Details ?? usage;
        }

        Console.Out.WriteLine();
        if (usage is not null && !Console.IsErrorRedirected)
        {
            var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{usage.InputTokenCount} tokens in, {usage.OutputTokenCount} out in {seconds:0.0} s"));
        }

        return answer.ToString();
    }

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"error: {message}");
        return code;
    }
}
