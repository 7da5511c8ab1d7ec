// The gateway inside an application: any IChatClient as a provider, and one IChatClient and IEmbeddingGenerator for all of them.
// Runs without keys: dotnet run --project samples/InProcess
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Signalbox;

var services = new ServiceCollection();
services.AddSignalbox(options =>
{
    options.AddClient("echo", new EchoClient());
    // With OPENAI_API_KEY (or any other provider's key) set, "openai/gpt-4o-mini" works here too.
});
await using var provider = services.BuildServiceProvider();

var chat = provider.GetRequiredService<IChatClient>();
await foreach (var update in chat.GetStreamingResponseAsync("Which train leaves next?", new ChatOptions { ModelId = "echo/parrot" }))
{
    Console.Write(update.Text);
}

Console.WriteLine();
var embeddings = provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
try
{
    var vector = await embeddings.GenerateAsync(["a signal box"], new EmbeddingGenerationOptions { ModelId = "openai/text-embedding-3-small" });
    Console.WriteLine($"{vector[0].Dimensions} dimensions");
}
catch (SignalboxException e)
{
    Console.WriteLine($"No embeddings ({e.Kind}): {e.Message}");
}

/// <summary>A provider in this process: says what it was asked.</summary>
internal sealed class EchoClient : IChatClient
{
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var word in $"You asked: {messages.Last().Text}".Split(' '))
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, word + " ");
        }
    }

    public object? GetService(Type serviceType, object? serviceKey) => null;

    public void Dispose()
    {
    }
}
