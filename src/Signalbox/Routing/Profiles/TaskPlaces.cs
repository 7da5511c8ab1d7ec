namespace Signalbox.Routing.Profiles;

/// <summary>Where tasks stand in <see cref="TaskNames.All"/>, and so in an array of their scores.</summary>
internal static class TaskPlaces
{
    public static readonly int Audio = Of(TaskNames.AudioTranscription);
    public static readonly int Code = Of(TaskNames.CodeGeneration);
    public static readonly int Reasoning = Of(TaskNames.ComplexReasoning);
    public static readonly int Classification = Of(TaskNames.Classification);
    public static readonly int Questions = Of(TaskNames.QuestionAnswering);
    public static readonly int Chat = Of(TaskNames.Chat);

    public static int Of(string task)
    {
        for (var i = 0; i < TaskNames.All.Count; i++)
        {
            if (TaskNames.All[i] == task)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"'{task}' is none of the tasks.");
    }
}
