namespace Signalbox.Providers.Local;

/// <summary>What is known of the models that Signalbox brings.</summary>
internal static class BuiltInModels
{
    /// <summary>The model that answers a bank's customers, and what it is asked for as.</summary>
    public const string Banking = "banking";
    public const string BankingModel = LocalProvider.ProviderName + "/" + Banking;

    /// <summary>The banking model's adapter in the tone of another bank.</summary>
    public const string BankingAdapter = "banking-qlora";

    /// <summary>Of general questions: a model for one subject must not be taken for a general one because it costs nothing.</summary>
    public const double Quality = 0.1;

    public static IReadOnlyList<string> UseCases { get; } = ["question_answering"];
}
