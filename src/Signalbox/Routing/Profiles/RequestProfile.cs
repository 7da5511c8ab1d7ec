using Signalbox.Catalog;
using Signalbox.Dialects.Tokens;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Profiles;

/// <summary>
/// What a request is, in the values that routing decides by. What costs a classifier is worked out when it is first asked for; two
/// threads that ask at once get the same answer. Holds no prompt text that outlives the request.
/// </summary>
internal sealed record RequestProfile
{
    private readonly ProfileFinder? _finder;
    private TaskFinding? _task;
    private DifficultyFinding? _difficulty;
    private LanguageFinding? _language;
    private string? _conversationKey;
    private ulong? _conversation;
    private RequestCensus? _census;

    public RequestProfile()
    {
    }

    internal RequestProfile(ProfileFinder finder) => _finder = finder;

    /// <summary>The task with who named it. Default: chat.</summary>
    public TaskFinding TaskFinding
    {
        get => _task ??= _finder?.FindTask() ?? new TaskFinding(TaskNames.Chat, ProfileSource.Classifier, 0);
        init => _task = value;
    }

    public string Task => TaskFinding.Task;

    public ProfileSource TaskSource => TaskFinding.Source;

    public DifficultyFinding DifficultyFinding
    {
        get => _difficulty ??= _finder?.FindDifficulty() ?? new DifficultyFinding(0.5, Complexity.Moderate, ProfileSource.Classifier);
        init => _difficulty = value;
    }

    /// <summary>0 easy to 1 hard.</summary>
    public double Difficulty => DifficultyFinding.Difficulty;

    public Complexity Complexity => DifficultyFinding.Complexity;

    public LanguageFinding LanguageFinding
    {
        get => _language ??= _finder?.FindLanguage() ?? new LanguageFinding(null, ProfileSource.Classifier);
        init => _language = value;
    }

    /// <summary>ISO 639-1; null where it is not sure.</summary>
    public string? Language => LanguageFinding.Language;

    /// <summary>What the model has to read.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    public RequestNeeds Needs { get; init; }

    /// <summary>Whether the answer is to be JSON of any shape; a schema is among the needs.</summary>
    public bool JsonMode { get; init; }

    public bool Streaming { get; init; }

    /// <summary>Output tokens that the caller allows; null where it says nothing.</summary>
    public int? MaxOutputTokens { get; init; }

    public ConversationFacts Conversation { get; init; } = new();

    /// <summary>What input tokens are estimated from.</summary>
    public RequestCensus Census
    {
        get => _census ??= _finder?.FindCensus() ?? RequestCensus.Empty;
        init => _census = value;
    }

    /// <summary>The same for every turn of a conversation; nothing can be read back from it.</summary>
    public string ConversationKey
    {
        get => _conversationKey ??= _finder?.FindConversationKey() ?? "";
        init => _conversationKey = value;
    }

    /// <summary>As <see cref="ConversationKey"/>, for what this process remembers of conversations.</summary>
    public ulong ConversationInProcess => _conversation ??= _finder?.FindConversation() ?? 0;

    /// <summary>The likeliest count of input tokens for a tokenizer.</summary>
    public int InputTokens(TokenizerFamily family) => Census.Tokens(family);

    /// <summary>A count of input tokens that is hardly ever exceeded.</summary>
    public int InputTokensAtMost(TokenizerFamily family) => Census.AtMost(family);

    public bool Equals(RequestProfile? other) =>
        other is not null && TaskFinding == other.TaskFinding && DifficultyFinding == other.DifficultyFinding && LanguageFinding == other.LanguageFinding
        && Input == other.Input && Needs == other.Needs && JsonMode == other.JsonMode && Streaming == other.Streaming && MaxOutputTokens == other.MaxOutputTokens
        && Conversation == other.Conversation && ConversationKey == other.ConversationKey
        && InputTokens(TokenizerFamily.O200k) == other.InputTokens(TokenizerFamily.O200k);

    public override int GetHashCode() => HashCode.Combine(Input, Needs, Streaming, MaxOutputTokens, Conversation, ConversationKey);
}
