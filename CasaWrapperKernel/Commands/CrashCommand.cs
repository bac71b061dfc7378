using System.CommandLine;
using CasaWrapperKernel.Crashes;
using CasaWrapperKernel.Jupyter;

namespace CasaWrapperKernel.Commands;

/// <summary><c>casa-kernel crash</c>: why kernels of this user have died.</summary>
internal static class CrashCommand
{
    public static Command Create()
    {
        var number = new Argument<int>("number")
        {
            Description = "Which one, as --list counts them; the newest by default.",
            DefaultValueFactory = _ => 1,
        };
        var list = new Option<bool>("--list") { Description = "List all that are known, the newest first." };
        var without = new Option<bool>("--without-user-data")
        {
            Description = "Leave out what holds your code, paths or names; the rest is safe to send.",
        };
        var command = new Command("crash", "Say why a kernel has died, and what to do.") { number, list, without };
        command.SetAction(arguments =>
        {
            var output = arguments.InvocationConfiguration.Output;
            var stories = Records.Dead(own: null).ToList();
            if (stories.Count == 0)
            {
                output.WriteLine("No kernel of yours has died, as far as is known.");
                return;
            }

            if (arguments.GetValue(list))
            {
                foreach (var (index, story) in stories.Index())
                {
                    output.WriteLine(
                        $"{index + 1}  {StoryPart.Time(story.Ended)}  {story.Summary}  {story.Kernel.Folder}");
                }

                return;
            }

            var wanted = arguments.GetValue(number);
            output.Write(wanted >= 1 && wanted <= stories.Count
                ? StoryPart.Print(stories[wanted - 1], withUserData: !arguments.GetValue(without))
                : throw new UserException($"There is no number {wanted}: 'casa-kernel crash --list' shows all."));
        });
        return command;
    }
}
